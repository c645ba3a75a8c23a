"""The manual's worked tables: the example of a function on a few made-up respondents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from measures.core.engine import Cell, DuckEngine
from measures.core.examples import read_given
from measures.core.language import Checked, ContextTable, Function, Scope, check, parse
from surveys.core.codebook import ValueType, Variable

TABLES = {"cities": ContextTable("cities", ("city", "gdp"), ((4403, 1000.0), (1101, 19500.6), (1, None)))}
_REFUSED, _DONT_KNOW = {"missing": "refused"}, {"missing": "dont_know"}


@dataclass(frozen=True)
class Worked:
    """A function's example, and what it gives for each respondent."""

    checked: Checked
    given: tuple[Mapping[str, Any], ...]
    then: tuple[Cell, ...]


def worked(function: Function, engine: DuckEngine | None = None) -> Worked:
    """The example of the registry: as given there, then with an answer refused, then with no answer at all.

    Of a function that is fitted on a sample, the sample.
    """
    rows = list(function.also) if function.is_fitted else _with_absences(function)
    checked = check(parse(function.example), Scope(items=_items(rows), contexts=TABLES))
    cells = [read_given(checked, row) for row in rows]
    return Worked(checked, tuple(rows), (engine or DuckEngine()).evaluate(checked, cells))


def _with_absences(function: Function) -> list[Mapping[str, Any]]:
    first, *others = function.given
    rows = [function.given, *function.also, {**function.given, first: _REFUSED}]
    if others:
        rows.append({**dict.fromkeys(function.given, _DONT_KNOW), others[-1]: _REFUSED})
    return [row for at, row in enumerate(rows) if row not in rows[:at]]


def _items(rows: Sequence[Mapping[str, Any]]) -> dict[str, Variable]:
    """Items that hold what the respondents answer."""
    answers: dict[str, list[Any]] = {}
    for row in rows:
        for name, answer in row.items():
            answers.setdefault(name, []).extend([] if isinstance(answer, Mapping) else [answer])
    return {name: Variable(name, _type(found)) for name, found in answers.items()}


def _type(answers: Sequence[Any]) -> ValueType:
    if any(isinstance(answer, str) for answer in answers):
        return ValueType.TEXT
    whole = all(isinstance(answer, int) for answer in answers)
    return ValueType.INTEGER if whole else ValueType.DECIMAL
