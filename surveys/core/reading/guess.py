"""Types of columns that come as text: numbers and dates only where not one cell would change.

What only looks like numbers or dates stays text, and a finding says why and how to declare it.
"""

from __future__ import annotations

import math
from decimal import Decimal

import polars as pl

from surveys.core.codebook import ValueType
from surveys.core.findings import Finding, Severity
from surveys.core.reading.infinite import WORD as INFINITE
from surveys.core.said import alternatives, say, say_n

# No leading zeros (area codes), no plus sign, and few enough digits to be exact.
WHOLE = r"^(0|-?[1-9][0-9]{0,17})$"
# A digit before any exponent: E10 is a diagnosis, not a number.
DECIMAL = r"^-?((0|[1-9][0-9]{0,30})(\.[0-9]{1,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?$"
COMMA = r"^-?(0|[1-9][0-9]{0,30})(,[0-9]{1,40})?$"
THOUSANDS = r"^-?(0|[1-9][0-9]{0,2}(,[0-9]{3})*|[1-9][0-9]*)(\.[0-9]{1,15})?$"
_SURE = 15  # digits that any double keeps
_LONG = r"^[+-]?[0-9]{16,}(\.[0-9]*)?$"  # a double holds any 15 digits
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_DATETIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?$"
_DATE_LIKE = (
    r"^([0-9]{1,2}[./-][0-9]{1,2}[./-]([0-9]{4,6}|[0-9]{2})"
    r"|[0-9]{4,6}[./-][0-9]{1,2}[./-][0-9]{1,2})([ T].*)?$"
)
WORDS = ("NA", "N/A", "n/a", "na", ".", "-", "--", "—", "NULL", "NaN", "nan", "#N/A")  # of no value


def guessed(text: pl.Series, name: str) -> tuple[pl.Series, ValueType, list[Finding]]:
    """(cells, type, findings) of a text column; whatever is not certain stays text."""
    text = pl.select(pl.when(text != "").then(text).alias("c"))["c"]
    cells = text.drop_nulls()
    if not cells.len():
        return text, ValueType.TEXT, []
    if matches(cells, WHOLE):
        return text.cast(pl.Int64), ValueType.INTEGER, []
    if are_decimal(cells):
        return text.cast(pl.Float64), ValueType.DECIMAL, []
    if matches(cells, COMMA) and not matches(cells, THOUSANDS) and are_decimal(with_point(cells)):
        told = "Numbers with a decimal comma were read as decimals."
        return with_comma(text), ValueType.DECIMAL, [Finding(Severity.INFO, "decimal_comma", told, name)]
    if (dated := iso_dates(text, cells)) is not None:
        return dated[0], dated[1], []
    return text, ValueType.TEXT, words_for_missing(text, name) or _almost(cells, name)


def matches(cells: pl.Series, pattern: str) -> bool:
    """Whether every cell (none of them null) is of the pattern."""
    return bool(cells.str.contains(pattern).all())


def are_decimal(cells: pl.Series) -> bool:
    """Whether every cell is a number that a double gives back as it was written.

    Any 15 digits come back.  Of more, those do that a program printed from a double: the shortest that tell
    it (Python, R), or 17 of them (C).
    """
    if not matches(cells, DECIMAL):
        return False
    digits = cells.str.replace(r"[eE].*$", "").str.replace_all(r"[-.]", "").str.strip_chars_start("0")
    is_long = (digits.str.len_chars() > _SURE) | cells.str.contains(r"[eE][+-]?[0-9]{3}$")
    return all(map(_comes_back, cells.filter(is_long).unique()))


def _comes_back(cell: str) -> bool:
    number, wanted = float(cell), Decimal(cell)
    return math.isfinite(number) and wanted in (Decimal(repr(number)), Decimal(f"{number:.17g}"))


def with_point(cells: pl.Series) -> pl.Series:
    return cells.str.replace(",", ".", literal=True)


def keeps_digits(cells: pl.Series) -> bool:
    """Whether every number with many digits comes back from a double as it was written, without commas."""
    long = cells.filter(cells.str.contains(_LONG)).unique()
    pairs = ((Decimal(cell), float(cell)) for cell in long)
    return all(cell in (Decimal(number), Decimal(repr(number))) for cell, number in pairs)


def with_comma(text: pl.Series) -> pl.Series:
    """Numbers with a decimal comma."""
    return with_point(text).cast(pl.Float64)


def iso_dates(text: pl.Series, cells: pl.Series) -> tuple[pl.Series, ValueType] | None:
    """The column as dates or timestamps where every cell is one in ISO form."""
    if matches(cells, _DATE):
        days = text.str.to_date("%Y-%m-%d", strict=False)
        return (days, ValueType.DATE) if are_all_dates(days, text) else None
    if matches(cells, _DATETIME):
        plain = text.str.replace("T", " ", literal=True)
        whole = pl.when(plain.str.len_chars() == 16).then(plain + ":00").otherwise(plain)
        stamps = pl.select(whole.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False))
        stamp = stamps.to_series().alias("c")
        return (stamp, ValueType.DATETIME) if are_all_dates(stamp, text) else None
    return None


def are_all_dates(parsed: pl.Series, text: pl.Series) -> bool:
    """Whether every text became a date of a year that there was: there is no year 0."""
    first = parsed.dt.year().min()
    return parsed.null_count() == text.null_count() and (not isinstance(first, int) or first >= 1)


def words_for_missing(text: pl.Series, name: str) -> list[Finding]:
    """Says which words for "missing" stand in a text column: they are kept as answers until declared."""
    cells = text.drop_nulls()
    words = [word for word in WORDS if (cells == word).any()]
    infinite = cells.filter(cells.str.contains(INFINITE)).unique().sort().to_list()
    if not words and not infinite:
        return []
    rest = cells.filter(~cells.is_in([*WORDS, *infinite]))
    shown = alternatives([*words, *infinite])
    if rest.len() and (matches(rest, WHOLE) or are_decimal(rest)):
        told = say(
            "Only the word {words} keeps this column from being a number; it was read as text. To make it a "
            "number, give its type and these words as missing codes in a codebook sheet.",
            words=shown,
        )
        return [Finding(Severity.WARNING, "number_but_for_words", told, name)]
    if not words:  # beside other texts they are texts
        return []
    rest, shown = cells.filter(~cells.is_in(list(WORDS))), alternatives(words)
    told = say_n(
        cells.len() - rest.len(),
        "1 cell holds nothing but {words}; it was kept as text. If that means missing, declare it "
        "in a codebook sheet.",
        "{n:,} cells hold nothing but {words}; they were kept as text. If that means missing, declare it "
        "in a codebook sheet.",
        n=cells.len() - rest.len(),
        words=shown,
    )
    return [Finding(Severity.WARNING, "words_for_missing", told, name)]


def look_like_numbers(text: pl.Series, name: str) -> list[Finding]:
    """Says when a column of text cells could be numbers: a workbook keeps the two apart."""
    cells = text.drop_nulls()
    if not cells.len() or not (matches(cells, WHOLE) or are_decimal(cells)):
        return []
    told = (
        "Its cells are texts that look like numbers; to make them numbers, give its type in a codebook sheet."
    )
    return [Finding(Severity.INFO, "numbers_as_text", told, name)]


def _almost(cells: pl.Series, name: str) -> list[Finding]:
    """Why a column that looks like numbers or dates stayed text."""
    if matches(cells, _DATE_LIKE):
        told = (
            "Its dates are not all in the form 2014-01-31, so day and month cannot be told apart with "
            "certainty; it was read as text. Give its type in a codebook sheet: date_dmy, date_mdy, date_ymd."
        )
        return [Finding(Severity.WARNING, "dates_as_text", told, name)]
    if matches(cells, DECIMAL) or (matches(cells, COMMA) and not matches(cells, THOUSANDS)):
        told = (
            "Some of its numbers have more digits than a number keeps: it was read as text, so that no cell "
            "changes."
        )
        return [Finding(Severity.INFO, "digits_as_text", told, name)]
    if matches(cells, r"^[+-]?[0-9]+$"):
        told = "Leading zeros, plus signs or very long numbers: it was read as text, so that no cell changes."
        return [Finding(Severity.INFO, "digits_as_text", told, name)]
    if matches(cells, THOUSANDS):
        told = (
            "Its commas may part thousands or begin decimals; it was read as text. Give its type in a "
            "codebook sheet: decimal (commas part thousands) or decimal_comma."
        )
        return [Finding(Severity.WARNING, "thousands_or_decimals", told, name)]
    return []
