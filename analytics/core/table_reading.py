"""Reading specifications of tables without models."""

from __future__ import annotations

from analytics.core.crosstab.asked import ADJUSTMENTS, INTERVALS, PERCENTS, Asked
from analytics.core.design_spec import DesignSpec, read_design
from analytics.core.fields import Fields
from analytics.core.table_specs import CrosstabSpec, DescriptivesSpec
from surveys.core.said import say


def read_descriptives(fields: Fields) -> DescriptivesSpec:
    """``variables: [a, b]``, ``by``, ``show: {a: share}``, ``where``, ``missing`` and a design."""
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
    by = fields.text("by")
    if by and by in variables:
        fields.wrong("by", say("“{name}” is among the variables and makes the groups as well.", name=by))
    return DescriptivesSpec(
        variables=variables,
        show=show,
        where=fields.where_rows(),
        missing=fields.choice("missing", ("each", "listwise"), "each"),
        targets=fields.text("targets"),
        by=by,
        design=read_design(fields),
    )


def read_crosstab(fields: Fields) -> CrosstabSpec:
    """``variable``, ``by``, ``percent``, ``decimals``, ``letters``, ``differences``, ``paired``,
    ``force_total``, ``where`` and a design."""
    design = read_design(fields)
    return CrosstabSpec(
        variable=fields.text("variable", required=True),
        by=fields.text("by", required=True),
        asked=_asked(fields, design),
        where=fields.where_rows(),
        targets=fields.text("targets"),
        design=design,
    )


def _asked(fields: Fields, design: DesignSpec) -> Asked:
    percent = fields.choice("percent", PERCENTS, "column")
    asked = Asked(
        percent=percent,
        decimals=fields.whole("decimals", 2, 0, 6),
        letters=fields.choice("letters", ADJUSTMENTS, "") if "letters" in fields.data else "",
        differences=fields.choice("differences", INTERVALS, "") if "differences" in fields.data else "",
        paired=fields.yes_or_no("paired"),
        force_total=fields.yes_or_no("force_total"),
    )
    fields.asked += ["letters", "differences"]
    for name in ("letters", "differences"):
        if percent != "column" and getattr(asked, name):
            message = say("“{name}” compares column percentages.", name=name)
            fields.wrong(name, message, hint=say("Leave {name} out, or set percent: column.", name=name))
    if percent == "total" and asked.force_total:
        message = "Percentages of the whole are not forced to a total: their margins would not fit."
        fields.wrong("force_total", message, hint="Set percent: column or percent: row.")
    if design and asked.differences == "newcombe":
        message = "Newcombe's interval is one of a simple random sample."
        fields.wrong("differences", message, hint="Under a design set differences: wald.")
    return asked
