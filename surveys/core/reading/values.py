"""A value as somebody wrote it, as a cell of its variable is kept."""

from __future__ import annotations

import math
import re

from surveys.core.codebook import Scalar, ValueType, Variable
from surveys.core.storable import LEAST, MOST
from surveys.core.table import missing_value

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")


def value_of(text: str, variable: Variable) -> Scalar | None:
    """A category's value as a cell of ``variable`` is kept; None when it can be none."""
    if not text or not (variable.type.is_number or variable.type is ValueType.TIME):  # times are seconds
        return text or None
    number = finite(text)
    if number is None or not number.is_integer():
        return number
    whole = int(text) if _WHOLE.fullmatch(text) else int(number)  # doubles alter what has over 15 digits
    if LEAST <= whole <= MOST:
        return whole
    return None if variable.type is ValueType.INTEGER else number


def dated_value_of(text: str, variable: Variable) -> Scalar | None:
    """As :func:`value_of`; of a date none but a date."""
    if variable.type in (ValueType.DATE, ValueType.DATETIME):
        return text if _is_moment(text, variable.type) else None
    return value_of(text, variable)


def finite(text: str | None) -> float | None:
    """The number that a text reads as; None for anything else, infinity among it."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _is_moment(text: str, kind: ValueType) -> bool:
    try:
        missing_value(text, kind)
    except ValueError:
        return False
    return True
