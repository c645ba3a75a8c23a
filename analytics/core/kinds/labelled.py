"""The categories of a column and what they are called."""

from __future__ import annotations

import numpy as np

from analytics.core.frame import Column, Mask, in_order, level_label, levels_used
from surveys.core.codebook import Scalar, Variable

LANGUAGES = ("en", "zh")


def codes_of(column: Column, mask: Mask) -> tuple[Scalar, ...]:
    """The codes of the codebook that are no absences, also where nobody has them, then the others found."""
    found = levels_used(column, mask)
    known = [code.value for code in column.variable.codes if not _is_missing(code.value, column.variable)]
    if not column.is_factor and not set(found) <= set(known):
        return found
    return in_order(column.variable, dict.fromkeys((*known, *found)))


def _is_missing(value: Scalar, variable: Variable) -> bool:
    for rule in variable.missing:
        if rule.value is not None and rule.value == value:
            return True
        if rule.low is not None or rule.high is not None:
            low = -np.inf if rule.low is None else rule.low
            high = np.inf if rule.high is None else rule.high
            if not isinstance(value, str) and low <= value <= high:
                return True
    return False


def labels_of(variable: Variable) -> dict[str, str]:
    """A variable's label by language."""
    return {language: variable.label(language) for language in LANGUAGES}


def level_labels(variable: Variable, code: Scalar) -> dict[str, str]:
    """A category's label by language."""
    return {language: level_label(variable, code, language) for language in LANGUAGES}
