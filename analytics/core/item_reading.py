"""Reading specifications of analyses of several items together."""

from __future__ import annotations

from analytics.core.crosstab.asked import ADJUSTMENTS
from analytics.core.design_spec import DesignSpec
from analytics.core.fields import Fields
from analytics.core.item_specs import (
    BASES,
    EXTRACTIONS,
    METHODS,
    PARALLEL,
    PEARSON,
    ROTATIONS,
    SCORES,
    CorrelationSpec,
    FactorSpec,
    ReliabilitySpec,
)
from surveys.core.said import say

MOST_ITEMS = 100  # items or variables; their correlations fill a page long before
MOST_DRAWS = 10_000


def read_reliability(fields: Fields) -> ReliabilitySpec:
    """``items``, ``reversed``, ``correlations``, ``by``, ``where`` and ``weights``."""
    items = _several(fields, "items", 2)
    by = fields.text("by")
    if by and by in items:
        fields.wrong("by", say("“{name}” is among the variables and makes the groups as well.", name=by))
    return ReliabilitySpec(
        items=items,
        reversed=_reversed(fields, items),
        correlations=fields.choice("correlations", BASES, PEARSON),
        by=by,
        where=fields.where_rows(),
        targets=fields.text("targets"),
        design=DesignSpec(weights=fields.text("weights")),
    )


def read_factor(fields: Fields) -> FactorSpec:
    """``items``, ``factors`` (a number or ``parallel``), ``reversed``, ``extraction``, ``rotation``,
    ``correlations``, ``scores``, ``draws``, ``seed``, ``where`` and ``weights``."""
    items = _several(fields, "items", 3)
    wanted, factors = fields.data.get("factors", PARALLEL), 0
    if wanted == PARALLEL:
        fields.take("factors")
    else:
        factors = fields.whole("factors", 1, 1, max(len(items) - 1, 1))
    extraction = fields.choice("extraction", EXTRACTIONS, "minres")
    scores = fields.choice("scores", SCORES, "regression")
    if extraction == "principal" and scores == "bartlett":
        message = "Bartlett's scores divide by uniquenesses, which components do not have."
        fields.wrong("scores", message, hint="Set scores: regression.")
    return FactorSpec(
        items=items,
        factors=factors,
        reversed=_reversed(fields, items),
        extraction=extraction,
        rotation=fields.choice("rotation", ROTATIONS, "varimax"),
        correlations=fields.choice("correlations", BASES, PEARSON),
        scores=scores,
        draws=fields.whole("draws", 500, 20, MOST_DRAWS),
        seed=fields.whole("seed", 1, 0, 2**31 - 1),
        where=fields.where_rows(),
        targets=fields.text("targets"),
        design=DesignSpec(weights=fields.text("weights")),
    )


def read_correlation(fields: Fields) -> CorrelationSpec:
    """``variables``, ``method``, ``missing``, ``adjust`` and ``where``."""
    return CorrelationSpec(
        variables=_several(fields, "variables", 2),
        method=fields.choice("method", METHODS, PEARSON),
        missing=fields.choice("missing", ("pairwise", "listwise"), "pairwise"),
        adjust=fields.choice("adjust", ADJUSTMENTS, "holm"),
        where=fields.where_rows(),
        targets=fields.text("targets"),
    )


def _several(fields: Fields, name: str, least: int) -> tuple[str, ...]:
    items = fields.names(name, required=True)
    if items and not least <= len(items) <= MOST_ITEMS:
        message = say("“{name}” must list {least} to {most} names.", name=name, least=least, most=MOST_ITEMS)
        fields.wrong(name, message)
    return items


def _reversed(fields: Fields, items: tuple[str, ...]) -> tuple[str, ...]:
    turned = fields.names("reversed")
    for name in turned:
        if name not in items:
            fields.wrong("reversed", say("“{name}” is not among the items.", name=name))
    return turned
