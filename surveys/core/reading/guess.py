"""Types of columns that come as text: numbers and dates only where not one cell would change."""

from __future__ import annotations

import polars as pl

from surveys.core.codebook import ValueType
from surveys.core.findings import Finding, Severity
from surveys.core.said import alternatives, say

# No leading zeros (area codes), no plus sign, and few enough digits to be exact.
_INTEGER = r"^(0|-?[1-9][0-9]{0,17})$"
_DECIMAL = r"^-?(0|[1-9][0-9]{0,14})?(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?$"
_COMMA = r"^-?(0|[1-9][0-9]{0,14})(,[0-9]{1,15})?$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_DATETIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?$"
_NOT_NUMBERS = ("NA", "N/A", "n/a", "na", ".", "-", "NULL", "NaN", "nan", "#N/A")


def guessed(text: pl.Series, name: str) -> tuple[pl.Series, ValueType, list[Finding]]:
    """(cells, type, findings) of a text column; whatever is not certain stays text."""
    text = pl.select(pl.when(text != "").then(text).alias("c"))["c"]
    cells = text.drop_nulls()
    if not cells.len():
        return text, ValueType.TEXT, []
    if _all(cells, _INTEGER):
        return text.cast(pl.Int64), ValueType.INTEGER, []
    if _all(cells, _DECIMAL) and cells.str.contains(r"[0-9]").all():
        return text.cast(pl.Float64), ValueType.DECIMAL, []
    if _all(cells, _COMMA):
        numbers = text.str.replace(",", ".", literal=True).cast(pl.Float64)
        told = "Numbers with a decimal comma were read as decimals."
        return numbers, ValueType.DECIMAL, [Finding(Severity.INFO, "decimal_comma", told, name)]
    if (dated := _dates(text, cells)) is not None:
        return dated[0], dated[1], []
    return text, ValueType.TEXT, _almost(cells, name)


def _all(cells: pl.Series, pattern: str) -> bool:
    return bool(cells.str.contains(pattern).all())


def _dates(text: pl.Series, cells: pl.Series) -> tuple[pl.Series, ValueType] | None:
    if _all(cells, _DATE):
        days = text.str.to_date("%Y-%m-%d", strict=False)
        return (days, ValueType.DATE) if days.null_count() == text.null_count() else None
    if _all(cells, _DATETIME):
        plain = text.str.replace("T", " ", literal=True)
        whole = pl.when(plain.str.len_chars() == 16).then(plain + ":00").otherwise(plain)
        stamps = pl.select(whole.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False))
        stamp = stamps.to_series().alias("c")
        return (stamp, ValueType.DATETIME) if stamp.null_count() == text.null_count() else None
    return None


def _almost(cells: pl.Series, name: str) -> list[Finding]:
    """Says when only a word for "missing" keeps a column from being a number."""
    words = [word for word in _NOT_NUMBERS if (cells == word).any()]
    rest = cells.filter(~cells.is_in(list(_NOT_NUMBERS)))
    if not words or not rest.len() or not (_all(rest, _INTEGER) or _all(rest, _DECIMAL)):
        return []
    told = say(
        "Only the word {words} keeps this column from being a number; it was read as text.",
        words=alternatives(words),
    )
    return [Finding(Severity.WARNING, "number_but_for_words", told, name)]
