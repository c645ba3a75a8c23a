"""From typed nodes to columns of SQL: each part of a rule becomes a value and a reason, stage by stage.

A part is computed one stage after its own parts and refers to them by column name, so that the text grows
with the number of parts and never with their product; a part that occurs in several rules is computed once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from measures.core.engine.bounds import bound
from measures.core.engine.emit_functions import EMITTERS
from measures.core.engine.fits import Fit
from measures.core.engine.pieces import compared, where_not
from measures.core.engine.sql import (
    NO_REASON,
    UNCOVERED,
    Pair,
    Terms,
    number,
)
from measures.core.language.fingerprints import fingerprint_of
from measures.core.language.functions import is_fitted
from measures.core.language.scope import ContextTable
from measures.core.language.tree import (
    Absent,
    Apply,
    Case,
    Column,
    Constant,
    IsMissing,
    Lookup,
    Member,
    Recode,
    Test,
    Type,
    Typed,
)
from surveys.core.absence import NO_ANSWER, OUT_OF_RANGE, SYSTEM
from surveys.core.codebook import Scalar

Branch = tuple[str, str]  # a condition, and what comes out where it holds
LONGEST_NESTED = 6000  # signs of a reason that is written out inside others
FEW = 8  # values that are compared one after the other: DuckDB takes four times as long for an OR of two


@dataclass
class Emitter:
    """Collects the columns of one statement.

    ``columns`` holds the pairs of items (False, name) and earlier measures (True, name); ``stages[k]``
    the SQL of stage k, each entry ``expression AS name``.
    """

    terms: Terms
    columns: dict[tuple[bool, str], Pair]
    contexts: Mapping[str, ContextTable]
    fits: dict[str, Fit] = field(default_factory=dict)
    prefix: str = "x"
    stages: list[list[str]] = field(default_factory=list)
    _placed: dict[Typed, tuple[Pair, int]] = field(default_factory=dict)
    _stage_of: dict[str, int] = field(default_factory=dict)
    _parts_of: dict[str, tuple[str, ...]] = field(default_factory=dict)  # columns that a column is made of

    def add(self, node: Typed) -> Pair:
        """The columns that hold ``node``; computes it in a stage of its own if it is not there yet."""
        return self.place(node)[0]

    def place(self, node: Typed) -> tuple[Pair, int]:
        """The columns that hold ``node``, and the stage after which they are there."""
        if node not in self._placed:
            self._placed[node] = self._define(node)
        return self._placed[node]

    def _define(self, node: Typed) -> tuple[Pair, int]:
        match node:
            case Column(name=name, is_measure=is_measure):
                pair = self.columns[is_measure, name]
                return pair, self._stage_of.get(pair.value, 0)
            case Constant(value=value, type=kind):
                return Pair(self.terms.literal(value, kind), None, kind, most=bound(node, [])), 0
            case Absent(reason=reason, type=kind):
                return Pair(self.terms.null(kind), self.terms.rank(reason), kind, most=0), 0
        placed = [self.place(part) for part in node.parts()]
        name = f"{self.prefix}{len(self._placed)}"
        value, why = self._emit(node, [pair for pair, _ in placed])
        told, stage = why, 1 + max(stage for _, stage in placed)
        self._column(stage, f"{value} AS v_{name}")
        is_that_of_the_part = len(placed) == 1 and why == placed[0][0].reason
        if why is not None and not is_that_of_the_part:
            told, stage = self._reason(name, why, stage)
        self._stage_of[f"v_{name}"] = stage
        self._parts_of[f"v_{name}"] = tuple(part.value for part, _ in placed)
        most = bound(node, [part.most for part, _ in placed])
        return Pair(f"v_{name}", told, node.type, most=most), stage

    def behind(self, pairs: Iterable[Pair]) -> set[str]:
        """The columns that these are made of, down to those of the items, and themselves."""
        needed: set[str] = set()
        waiting = [pair.value for pair in pairs]
        while waiting:
            name = waiting.pop()
            if name not in needed:
                needed.add(name)
                waiting += self._parts_of.get(name, ())
        return needed

    def stages_for(self, needed: Iterable[str]) -> list[list[str]]:
        """The stages with these columns, and nothing else."""
        both = {name for value in needed for name in (value, f"r{value[1:]}")}
        return [[one for one in stage if one.rpartition(" AS ")[2] in both] for stage in self.stages]

    def _reason(self, name: str, reason: str, stage: int) -> tuple[str, int]:
        """The SQL of a reason, and the stage after which it can be read: nested in what asks for it, or a
        column of its own, which is computed for every row."""
        if not self._nests:
            self._column(stage, f"{reason} AS r_{name}")
            return f"r_{name}", stage
        reason = f"CASE WHEN v_{name} IS NULL THEN {reason} END"
        if len(reason) <= LONGEST_NESTED:
            return reason, stage
        self._column(stage + 1, f"{reason} AS r_{name}")
        return f"r_{name}", stage + 1

    def _column(self, stage: int, sql: str) -> None:
        while len(self.stages) < stage:
            self.stages.append([])
        self.stages[stage - 1].append(sql)

    @property
    def _nests(self) -> bool:
        return self.terms.dialect.nests

    def _emit(self, node: Typed, parts: list[Pair]) -> tuple[str, str | None]:
        """Value and reason; one that is nested is asked for only where the value is null."""
        match node:
            case Apply(function="group_mean" | "group_share"):
                groups = self.fits[fingerprint_of(node)].groups
                return self._from_table(parts[1], groups, node.type, NO_ANSWER, NO_ANSWER)
            case Apply(function=function):
                fit = self.fits[fingerprint_of(node)] if is_fitted(node) else None
                return EMITTERS[function](node, parts, self.terms, fit)
            case Member(test=test):
                test_holds = self.test(test, parts[0])
                return f"CASE WHEN {parts[0].value} IS NOT NULL THEN {test_holds} END", parts[0].reason
            case IsMissing(reasons=words):
                return self._is_missing(words, parts[0]), None
            case Recode():
                return self._recode(node, parts)
            case Case():
                return self._case(node, parts)
            case Lookup(table=name, column=column):
                rows = self.contexts[name].pairs(column)
                return self._from_table(parts[0], rows, node.type, OUT_OF_RANGE, SYSTEM)
        raise TypeError(type(node).__name__)

    def test(self, test: Test, operand: Pair) -> str:
        """Whether the operand is one of the values, lies in one of the ranges, or is absent for a reason."""
        return f"({' OR '.join(self._tests(test, operand)) or 'FALSE'})"

    def _tests(self, test: Test, operand: Pair) -> list[str]:
        """Conditions, one of which must hold."""
        is_number = operand.type.is_number or operand.type is Type.TIME
        cell = operand.double if is_number else operand.value
        tests = [self._equals(operand, value) for value in test.values]
        if len(tests) > FEW:
            values = [self.terms.literal(value, operand.type) for value in test.values]
            tests = [f"{cell} IN ({', '.join(values)})"]
        for low, high in test.ranges:
            ends = [compared(operand, ">=", low)] if low is not None else []
            ends += [compared(operand, "<=", high)] if high is not None else []
            tests.append(f"({' AND '.join(ends) or f'{cell} IS NOT NULL'})")
        ranks = self.terms.reasons.ranks(test.reasons)
        if ranks and operand.reason is not None:
            tests.append(f"({operand.value} IS NULL AND {operand.reason} IN ({ranks}))")
        return tests

    def _equals(self, operand: Pair, value: Scalar) -> str:
        if operand.type.is_number and not isinstance(value, str):
            return compared(operand, "=", value)
        cell = operand.double if operand.type is Type.TIME else operand.value
        return f"{cell} = {self.terms.literal(value, operand.type)}"

    def _is_missing(self, words: tuple[str, ...], operand: Pair) -> str:
        if operand.reason is None:
            return "FALSE"
        if not words:
            return f"({operand.value} IS NULL)"
        ranks = self.terms.reasons.ranks(words)
        if not ranks:
            return "FALSE"
        return f"CASE WHEN {operand.value} IS NULL THEN {operand.reason} IN ({ranks}) ELSE FALSE END"

    def _recode(self, node: Recode, parts: list[Pair]) -> tuple[str, str | None]:
        operand, outcomes = parts[0], parts[1:]
        branches: list[tuple[str, Pair]] = []
        for (test, _), outcome in zip(node.branches, outcomes, strict=False):
            branches += [(condition, outcome) for condition in self._tests(test, operand)]
        if operand.reason is not None:
            branches.append(_falling(operand))
        return self._chosen(branches, outcomes[-1] if node.other is not None else None, node.type)

    def _case(self, node: Case, parts: list[Pair]) -> tuple[str, str | None]:
        branches: list[tuple[str, Pair]] = []
        for condition, outcome in zip(parts[0::2], parts[1::2], strict=False):
            if condition.reason is not None:
                branches.append(_falling(condition))
            branches.append((condition.value, outcome))
        return self._chosen(branches, parts[-1] if node.otherwise is not None else None, node.type)

    def _chosen(self, branches: list[tuple[str, Pair]], other: Pair | None, kind: Type) -> tuple[str, str]:
        """The branches with what is left to the end; nothing left there is an uncovered value."""
        value, reason = "NULL", self.terms.rank(UNCOVERED)
        if other is not None:
            value, reason = _as(kind, other), other.reason or NO_REASON
        values = [(condition, _as(kind, outcome)) for condition, outcome in branches]
        reasons = [(condition, outcome.reason or NO_REASON) for condition, outcome in branches]
        if self._nests:  # a branch that always gives a value was not taken
            reasons = [(condition, told) for condition, told in reasons if told != NO_REASON]
        return _first_of(values, value), _first_of(reasons, reason)

    def _from_table(
        self, key: Pair, rows: Sequence[tuple[object, object]], kind: Type, unknown: str, empty: str
    ) -> tuple[str, str]:
        """The value beside the key in a table; ``unknown``: key not in it, ``empty``: no value there."""
        is_text = key.type is Type.TEXT
        cell = key.value if is_text else key.double
        key_type = Type.TEXT if is_text else Type.DECIMAL
        keys = ", ".join(self._literal(row[0], key_type) for row in rows)
        values = ", ".join(self._literal(row[1], kind) for row in rows)
        if not rows:
            value, known = self.terms.null(kind), "FALSE"
        else:
            value = self.terms.dialect.found(keys, values, cell)
            known = self.terms.dialect.contains(keys, cell)
        absent = f"WHEN {key.value} IS NULL THEN {key.reason} " if key.reason else ""
        lost, bare = self.terms.rank(unknown), self.terms.rank(empty)
        if all(row[1] is not None for row in rows):  # then a key without a value is one that is not there
            return value, where_not(
                f"{value} IS NOT NULL", f"CASE {absent}ELSE {lost} END" if absent else lost, self.terms
            )
        return value, f"CASE {absent}WHEN NOT {known} THEN {lost} WHEN {value} IS NULL THEN {bare} END"

    def _literal(self, value: object, kind: Type) -> str:
        if value is None:
            return self.terms.null(kind)
        if kind is Type.TEXT:
            return self.terms.text(str(value))
        assert isinstance(value, int | float)
        return number(value)


def _first_of(branches: list[Branch], otherwise: str) -> str:
    """The outcome of the first condition that holds."""
    if not branches:
        return otherwise
    whens = " ".join(f"WHEN {condition} THEN {outcome}" for condition, outcome in branches)
    return f"CASE {whens} ELSE {otherwise} END"


def _falling(pair: Pair) -> tuple[str, Pair]:
    """The branch of what is absent: no value, and its reason."""
    return f"{pair.value} IS NULL", Pair("NULL", pair.reason, pair.type)


def _as(kind: Type, pair: Pair) -> str:
    """A value as one of the outcomes of a rule of type ``kind``."""
    return pair.double if kind.is_number or kind is Type.TIME else pair.value
