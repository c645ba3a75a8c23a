"""Reading specifications of tables without models."""

from __future__ import annotations

from analytics.core.fields import Fields
from analytics.core.table_specs import CrosstabSpec, DescriptivesSpec
from surveys.core.said import say


def read_descriptives(fields: Fields) -> DescriptivesSpec:
    """``variables: [a, b]``, ``show: {a: share}``, ``where``, ``missing: each`` or ``listwise``."""
    show = {}
    for name, how in fields.mapping("show").items():
        if how in ("share", "mean", "levels"):
            show[name] = str(how)
        else:
            fields.wrong("show", say("“{name}” can be shown as share, mean or levels.", name=name))
    variables = fields.names("variables", required=True)
    for name in show:
        if name not in variables:
            fields.wrong("show", say("“{name}” is not among the variables.", name=name))
    return DescriptivesSpec(
        variables=variables,
        show=show,
        where=fields.where_rows(),
        missing=fields.choice("missing", ("each", "listwise"), "each"),
        targets=fields.text("targets"),
    )


def read_crosstab(fields: Fields) -> CrosstabSpec:
    """``variable``, ``by``, ``decimals``, ``where``."""
    return CrosstabSpec(
        variable=fields.text("variable", required=True),
        by=fields.text("by", required=True),
        decimals=fields.whole("decimals", 2, 0, 6),
        where=fields.where_rows(),
        targets=fields.text("targets"),
    )
