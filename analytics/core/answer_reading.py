"""Reading specifications of questions with several answers."""

from __future__ import annotations

from itertools import pairwise

from analytics.core.answer_specs import ANSWERS, BASES, FORMS, MISSING, TEXT, MultipleSpec, RankedSpec
from analytics.core.crosstab.asked import ADJUSTMENTS
from analytics.core.design_spec import read_design
from analytics.core.fields import Fields
from surveys.core.said import say


def read_multiple(fields: Fields) -> MultipleSpec:
    """``set`` or ``variables`` with their ``form``, ``counted``, ``separator``; ``base``, ``missing``,
    ``by``, ``adjust``, ``where`` and a design."""
    form, group = fields.choice("form", FORMS, "ticks"), fields.text("set")
    variables = fields.names("variables", required=not group)
    if form == TEXT and len(variables) > 1:
        fields.wrong("variables", "One variable holds a text of several answers; name one.")
    missing = fields.choice("missing", MISSING, "complete")
    if form in (ANSWERS, TEXT) and fields.data.get("missing") is not None:
        fields.wrong("missing", "Only ticks have an absence for each option; leave missing out.")
    by = fields.text("by")
    if by and by in variables:
        fields.wrong("by", say("“{name}” is among the variables and makes the groups as well.", name=by))
    separator = fields.text("separator", ";")
    if not separator:
        fields.wrong("separator", "The separator is empty; name what stands between two answers.")
    return MultipleSpec(
        variables=variables,
        form=form,
        set=group,
        counted=fields.scalar("counted"),
        separator=separator or ";",
        base=fields.choice("base", BASES, "valid"),
        missing=missing,
        by=by,
        adjust=fields.choice("adjust", ADJUSTMENTS, "holm"),
        where=fields.where_rows(),
        targets=fields.text("targets"),
        design=read_design(fields),
    )


def read_ranked(fields: Fields) -> RankedSpec:
    """``ranks: [first, second, third]``, ``points``, ``top``, ``by``, ``where`` and a design."""
    ranks = fields.names("ranks", required=True)
    by = fields.text("by")
    if by and by in ranks:
        fields.wrong("by", say("“{name}” is among the variables and makes the groups as well.", name=by))
    return RankedSpec(
        ranks=ranks,
        points=_points(fields, len(ranks)),
        top=fields.whole("top", max(len(ranks), 1), 1, max(len(ranks), 1)),
        by=by,
        where=fields.where_rows(),
        targets=fields.text("targets"),
        design=read_design(fields),
    )


def _points(fields: Fields, ranks: int) -> tuple[float, ...]:
    """What each rank is worth; k, k - 1, …, 1 where nothing is said."""
    given = fields.take("points")
    if given is None:
        return tuple(float(ranks - at) for at in range(ranks))
    are_numbers = isinstance(given, list) and all(
        isinstance(one, int | float) and not isinstance(one, bool) and 0 <= one < 1e6 for one in given
    )
    if not are_numbers or len(given) != ranks or sum(given) <= 0:
        message = say("“points” must be {n} numbers, zero or more: one for each rank.", n=ranks)
        fields.wrong("points", message)
        return tuple(1.0 for _ in range(ranks))
    if any(later > before for before, later in pairwise(given)):
        fields.wrong("points", "A later rank has more points than an earlier one.")
    return tuple(float(one) for one in given)
