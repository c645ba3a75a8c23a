"""The SQL of dates and durations."""

from __future__ import annotations

from collections.abc import Mapping

from measures.core.engine.dialect import Dialect
from measures.core.engine.fits import Fit
from measures.core.engine.pieces import Emit, Emitted, finite, guarded
from measures.core.engine.sql import Pair, Terms, number
from measures.core.language.patterns import DAY_TEXT, MONTH_TEXT
from measures.core.language.tree import Apply, Type


def _months(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    year, month, later, later_month = (pair.double for pair in parts)
    value = f"(({later} - {year}) * {number(12)} + ({later_month} - {month}))"
    if node.function == "years_between":
        value = terms.dialect.floor(f"{value} / {number(12)}")
    ends = f"BETWEEN {number(1)} AND {number(12)}"
    inside = f"{month} {ends} AND {later_month} {ends} AND {terms.dialect.finite(value)}"
    return guarded(value, inside, parts, terms)


def _part_of_date(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    if parts[0].type is Type.TEXT:
        return _part_of_text(node, parts, terms)
    return f"CAST({node.function.upper()}({parts[0].value}) AS DOUBLE)", parts[0].reason


def _part_of_text(node: Apply, parts: list[Pair], terms: Terms) -> Emitted:
    """Of ``YYYY-MM`` or ``YYYY-MM-DD``; the day is not asked for, so it is not looked at closely."""
    cell = parts[0].value
    is_date = terms.dialect.matches(cell, MONTH_TEXT)
    at, digits = (1, 4) if node.function == "year" else (6, 2)
    safe = f"CASE WHEN {is_date} THEN SUBSTR({cell}, {at}, {digits}) END"
    return guarded(f"CAST({safe} AS DOUBLE)", is_date, parts, terms)


def _age(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    """Years passed, less one where the day in the year comes before that of the birth."""
    (year, month, day), (later, later_month, later_day) = (_pieces(pair, terms.dialect) for pair in parts)
    hundred = number(100)
    is_before = f"({later_month} * {hundred} + {later_day} < {month} * {hundred} + {day})"
    return finite(f"({later} - {year} - CAST({is_before} AS DOUBLE))", parts, terms)


def _days(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    first, second = (_number_of_day(*_pieces(pair, terms.dialect), terms.dialect) for pair in parts)
    return finite(f"({second} - {first})", parts, terms)


def _pieces(pair: Pair, dialect: Dialect) -> tuple[str, str, str]:
    """Year, month and day of a date; null where a text is none."""
    if pair.type is not Type.TEXT:
        year, month, day = (f"CAST({name}({pair.value}) AS DOUBLE)" for name in ("YEAR", "MONTH", "DAY"))
        return year, month, day
    safe = f"CASE WHEN {dialect.matches(pair.value, DAY_TEXT)} THEN {pair.value} END"
    year, month, day = (f"CAST(SUBSTR({safe}, {at}) AS DOUBLE)" for at in ("1, 4", "6, 2", "9, 2"))
    return year, month, day


def _number_of_day(year: str, month: str, day: str, dialect: Dialect) -> str:
    """The days since a day long ago, in plain arithmetic: a year begins in March."""
    early = f"CAST({month} <= {number(2)} AS DOUBLE)"
    years = f"({year} - {early})"
    every = (("+", 4), ("-", 100), ("+", 400))
    leaps = " ".join(f"{sign} {dialect.floor(f'{years} / {number(n)}')}" for sign, n in every)
    months = f"({month} - {number(3)} + {number(12)} * {early})"
    days = dialect.floor(f"({number(153)} * {months} + {number(2)}) / {number(5)}")
    return f"({number(365)} * {years} {leaps} + {days} + {day})"


DATES: Mapping[str, Emit] = {
    "months_between": _months,
    "years_between": _months,
    "year": _part_of_date,
    "month": _part_of_date,
    "age": _age,
    "days_between": _days,
}
