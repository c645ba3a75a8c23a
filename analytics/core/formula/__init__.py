"""The language of model formulas: R's, cut down and closed, read by a grammar of our own."""

from analytics.core.formula.nodes import (
    INTERCEPT,
    Atom,
    Center,
    Factor,
    Formula,
    Log,
    Numeric,
    Power,
    Term,
    Variable,
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
    "Log",
    "Numeric",
    "Power",
    "Term",
    "Variable",
    "assemble",
    "centred",
    "leaf",
    "parse",
    "quoted",
]
