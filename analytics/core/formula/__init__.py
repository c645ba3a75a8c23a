"""The language of model formulas: R's, cut down and closed, read by a grammar of our own."""

from analytics.core.formula.nodes import (
    INTERCEPT,
    Atom,
    Center,
    Factor,
    Formula,
    GroupMean,
    Log,
    Numeric,
    Power,
    Term,
    Variable,
    Within,
    by_group,
    centred,
    leaf,
    quoted,
)
from analytics.core.formula.parse import assemble, parse

__all__ = [
    "INTERCEPT",
    "Atom",
    "Center",
    "Factor",
    "Formula",
    "GroupMean",
    "Log",
    "Numeric",
    "Power",
    "Term",
    "Variable",
    "Within",
    "assemble",
    "by_group",
    "centred",
    "leaf",
    "parse",
    "quoted",
]
