"""The steps of dates and durations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from measures.core.bounds import Bounds
from measures.core.language.tree import Apply, Type
from measures.core.tongues.guards import Lay, guarded, masked
from measures.core.tongues.laying import Layout
from measures.core.tongues.pairs import Part
from measures.core.tongues.steps import (
    ONE,
    ZERO,
    Compare,
    Cond,
    DateText,
    DayText,
    Expr,
    Finite,
    Flag,
    Fn,
    Math,
    Num,
    Txt,
    Var,
    added,
    both,
)


def _months(out: Layout, node: Apply, parts: list[Part]) -> Part:
    year, month, later, later_month = (part.value for part in parts)
    years = Math("*", Math("-", later, year), Num(12))
    value = out.let(Math("+", years, Math("-", later_month, month)))
    ends = [cond for one in (month, later_month) for cond in _within(one)]
    inside = both(*ends, Finite(value))
    if node.function == "months_between":
        return guarded(out, node.type, value, inside, parts)
    whole = out.let(Math("/", value, Num(12)))
    return guarded(out, node.type, Fn("floor", (whole,)), inside, parts)


def _within(month: Expr) -> list[Cond]:
    return [Compare(">=", month, ONE), Compare("<=", month, Num(12))]


def _part_of_date(out: Layout, node: Apply, parts: list[Part]) -> Part:
    cell = parts[0].value
    if parts[0].type is Type.TEXT:
        value = Fn(f"{node.function}_of_text", (cell,))
        return guarded(out, node.type, value, DateText(cell), parts, Bounds(0, 9999))
    hundreds = out.let(Math("/", cell, Num(10000 if node.function == "year" else 100)))
    found: Expr = Fn("floor", (hundreds,))
    if node.function == "month":
        years = out.let(Math("/", cell, Num(10000)))
        found = Math("-", found, Math("*", Num(100), Fn("floor", (years,))))
    return masked(out, node.type, found, parts, Bounds(0, 9999))


def _age(out: Layout, node: Apply, parts: list[Part]) -> Part:
    """Years passed, less one where the day in the year comes before that of the birth."""
    (year, month, day), (later, later_month, later_day) = (_pieces(out, part) for part in parts)
    in_year = out.let(Math("+", Math("*", month, Num(100)), day))
    later_in_year = out.let(Math("+", Math("*", later_month, Num(100)), later_day))
    value = Math("-", Math("-", later, year), Flag(Compare("<", later_in_year, in_year)))
    return _of_days(out, node, value, parts, Bounds(-10_000, 10_000))


def _days(out: Layout, node: Apply, parts: list[Part]) -> Part:
    first, second = (_number_of_day(out, *_pieces(out, part)) for part in parts)
    return _of_days(out, node, Math("-", second, first), parts, Bounds(-4_000_000, 4_000_000))


def _of_days(out: Layout, node: Apply, value: Expr, parts: list[Part], bounds: Bounds) -> Part:
    texts = (part.value for part in parts if part.type is Type.TEXT)
    are_days = [DayText(cell) for cell in texts if not isinstance(cell, Txt)]
    if not are_days:
        return masked(out, node.type, value, parts, bounds)
    return guarded(out, node.type, value, both(*are_days), parts, bounds)


def _pieces(out: Layout, part: Part) -> tuple[Expr, Expr, Expr]:
    """Year, month and day of a date; 0 where a text is none."""
    cell = part.value
    if isinstance(cell, Txt):  # written out in the rule, and a real day
        written = date.fromisoformat(cell.value)
        return Num(written.year), Num(written.month), Num(written.day)
    if part.type is Type.TEXT:
        is_day = DayText(cell)
        year, month, day = (
            out.let(ZERO, (is_day, Fn(f"{name}_of_text", (cell,)))) for name in ("year", "month", "day")
        )
        return year, month, day
    year, months = _floored(out, Math("/", cell, Num(10_000))), _floored(out, Math("/", cell, Num(100)))
    month = out.let(Math("-", months, Math("*", year, Num(100))))
    return year, month, out.let(Math("-", cell, Math("*", months, Num(100))))


def _floored(out: Layout, value: Expr) -> Var:
    return out.let(Fn("floor", (out.let(value),)))


def _number_of_day(out: Layout, year: Expr, month: Expr, day: Expr) -> Expr:
    """The days since a day long ago, in plain arithmetic: a year begins in March."""
    early = out.let(Flag(Compare("<=", month, Num(2))))
    years = out.let(Math("-", year, early))
    fours, hundreds, cycles = (_floored(out, Math("/", years, Num(every))) for every in (4, 100, 400))
    months = Math("+", Math("-", month, Num(3)), Math("*", Num(12), early))
    days = _floored(out, Math("/", Math("+", Math("*", Num(153), months), Num(2)), Num(5)))
    leaps = Math("+", Math("-", fours, hundreds), cycles)
    return out.let(added([Math("*", Num(365), years), leaps, days, day]))


DATES: Mapping[str, Lay] = {
    **dict.fromkeys(("months_between", "years_between"), _months),
    **dict.fromkeys(("year", "month"), _part_of_date),
    "age": _age,
    "days_between": _days,
}
