"""Universes that can be checked: who is asked a question, said as a condition on other variables.

``q_empstat == 1 and age >= 18``, ``region in (1, 2)``, ``not missing(spouse)``; names may stand in backticks,
or in brackets as data-entry systems write them.  A universe in plain words is no condition and is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import polars as pl

from surveys.core.codebook import Scalar, ValueType

MOST_CHARACTERS = 2_000
_TESTS: dict[str, Callable[[pl.Expr, Any], pl.Expr]] = {
    "==": pl.Expr.eq, "!=": pl.Expr.ne, "<": pl.Expr.lt, "<=": pl.Expr.le, ">": pl.Expr.gt, ">=": pl.Expr.ge,
}  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """One test of one variable: ``sign`` is a comparison, ``in`` or ``missing``."""

    name: str
    sign: str
    values: tuple[Scalar, ...] = ()


@dataclass(frozen=True)
class Joined:
    """``and`` or ``or`` of two parts, or ``not`` of one."""

    word: str
    parts: tuple[Universe, ...]


Universe = Condition | Joined


def read_universe(text: str) -> Universe | None:
    """The condition that ``text`` states; None for plain words."""
    if not text.strip() or len(text) > MOST_CHARACTERS:
        return None
    from surveys.core.quality.universe_grammar import parsed  # takes long to import, and most files have none

    return parsed(text)


def names_in(universe: Universe) -> frozenset[str]:
    """The variables a condition reads."""
    if isinstance(universe, Condition):
        return frozenset({universe.name})
    return frozenset().union(*(names_in(part) for part in universe.parts))


def asked(universe: Universe, types: dict[str, ValueType]) -> pl.Expr | None:
    """Whether each row is asked: true, false, or null where an absence leaves it open (Kleene's logic).

    Reads columns called like the variables, absences null.  None when a value does not fit its variable.
    """
    if isinstance(universe, Joined):
        parts = [asked(part, types) for part in universe.parts]
        known = [part for part in parts if part is not None]
        return _joined(universe.word, known) if len(known) == len(parts) else None
    cell = pl.col(universe.name)
    if universe.sign == "missing":
        return cell.is_null()
    values = [_as(value, types[universe.name]) for value in universe.values]
    if any(value is None for value in values):
        return None
    if universe.sign == "in":
        return reduce(pl.Expr.or_, (cell == value for value in values))
    return _TESTS[universe.sign](cell, values[0])


def _joined(word: str, parts: list[pl.Expr]) -> pl.Expr:
    if word == "not":
        return ~parts[0]
    return reduce(pl.Expr.and_ if word == "and" else pl.Expr.or_, parts)


def _as(value: Scalar, kind: ValueType) -> Scalar | None:
    """The value in the type of its variable: ``'1'`` is 1 for numbers; None where it cannot be."""
    if kind is ValueType.TEXT:
        return value if isinstance(value, str) else None
    if not kind.is_number:
        return None
    try:
        return float(value)
    except ValueError:
        return None
