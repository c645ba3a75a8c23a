"""Which cells of an item or earlier measure are tried, so that nothing slips past a rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from measures.core.engine.interface import Cell
from measures.core.language.labels import reasons_of, valid_codes
from measures.core.language.scope import Scope
from measures.core.language.tree import Apply, Column, Constant, Member, Recode, Test, Typed, walk
from measures.core.observed import Observed
from measures.core.possible import Possible
from surveys.core.absence import SYSTEM, precedence
from surveys.core.codebook import Scalar, ValueType, Variable


@dataclass(frozen=True)
class Known:
    """What is known of the items and earlier measures of a rule."""

    scope: Scope
    seen: Mapping[str, Observed]
    derived: Mapping[str, Possible]

    def cells(self, name: str, part: Typed) -> list[Cell]:
        """What is tried of one of them."""
        variable = self.scope.variable(name)
        assert variable is not None
        possible = self.derived.get(name) if name in self.scope.measures else None
        return _cells(variable, self.seen.get(name, Observed()), part, possible or Possible())


def _cells(variable: Variable, seen: Observed, part: Typed, possible: Possible) -> list[Cell]:
    """Every code, observed value and turning point that can occur, then every absence by precedence."""
    values: dict[Scalar, None] = {code.value: None for code in valid_codes(variable)}
    values.update((value, None) for value, _ in seen.values)
    if possible.values is not None:
        values.update((value, None) for value in possible.values)
    elif not values or not seen.is_complete:
        values.update((value, None) for value in _turning_points(part, variable, seen))
    values = {value: None for value in values if possible.holds(value)}
    reasons = {SYSTEM, *reasons_of(variable), *(word for word, _ in seen.absent)}
    ordered = sorted(values, key=lambda value: (isinstance(value, str), value))
    return [
        *(Cell(value, None) for value in ordered),
        *(Cell(None, word) for word in sorted(reasons, key=precedence)),
    ]


def _turning_points(part: Typed, variable: Variable, seen: Observed) -> Iterable[Scalar]:
    """Values without codes that are worth trying: extremes, zero, and both sides of every limit."""
    if not variable.type.is_number:
        own = (node for node in walk(part) if isinstance(node, Member | Recode))
        named = (node for node in own if isinstance(node.operand, Column))
        return [
            *(value for node in named for test in _tests(node) for value in test.values),
            *_sought(part),
        ]
    if _is_a_condition_alone(part):  # whatever is not 0 or 1 has no outcome: only what occurs tells
        return [end for end in (seen.low, seen.high) if end is not None]
    limits = {seen.low, seen.high, 0.0}
    for node in walk(part):
        for test in _tests(node):
            limits |= {end for bounds in test.ranges for end in bounds}
            limits |= {value for value in test.values if not isinstance(value, str)}
    step = 1 if variable.type is ValueType.INTEGER else 0.5
    low = min((end for end in (seen.low, *limits) if end is not None), default=0.0)
    tried = {end + shift for end in limits if end is not None for shift in (-step, 0, step)}
    inside = {
        value
        for value in tried
        if (seen.low if seen.low is not None else low)
        <= value
        <= (seen.high if seen.high is not None else value)
    }
    return [int(value) if float(value).is_integer() else value for value in inside]


def _is_a_condition_alone(part: Typed) -> bool:
    """Whether a part reads its item as a condition and as nothing else."""
    read = [node for node in walk(part) if isinstance(node, Column)]
    as_condition = [node for node in walk(part) if isinstance(node, Apply) and node.function == "truth"]
    return len(read) == sum(isinstance(node.arguments[0], Column) for node in as_condition)


def _sought(part: Typed) -> Iterable[Scalar]:
    """The texts that a part looks for in a text of the item."""
    for node in walk(part):
        is_search = isinstance(node, Apply) and node.function in ("starts_with", "contains")
        if is_search and isinstance(node.parts()[0], Column):
            yield from (one.value for one in node.parts() if isinstance(one, Constant))


def _tests(node: Typed) -> Sequence[Test]:
    if isinstance(node, Member):
        return [node.test]
    return [test for test, _ in node.branches] if isinstance(node, Recode) else []
