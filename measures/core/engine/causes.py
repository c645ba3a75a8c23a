"""Whose absence it was: beside every part of a rule the number of the item, measure or part that caused it.

Written down with the functions (``docs/rules.md``, absences): where several arguments are absent, the reason
of highest precedence wins, and its cause is the first argument, in the order the rule names them, that is
absent for it.  An absence that no argument brought (out of range, a value that no branch names, a
``missing("…")``) is caused by the item that the part reads, or, where it reads several, by the part itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from measures.core.engine.emit import Emitter
from measures.core.engine.interface import Cause
from measures.core.engine.pieces import enough
from measures.core.engine.sql import Pair
from measures.core.language.scope import Scope
from measures.core.language.sentences import phrase
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
    Typed,
    walk,
)
from surveys.core.absence import OUT_OF_RANGE

NOBODY = "CAST(NULL AS INTEGER)"
Placed = tuple[str, int]  # the SQL of a cause's number, and the first stage after which it can be read


@dataclass
class Causes:
    """Adds to ``emitter`` what tells the cause of each absence; ``known[n - 1]`` is the cause number n."""

    emitter: Emitter
    scope: Scope
    known: list[Cause] = field(default_factory=list)
    _number: dict[Cause, int] = field(default_factory=dict)
    _placed: dict[Typed, Placed] = field(default_factory=dict)

    def of(self, node: Typed) -> str:
        """The SQL of the number of the cause, where ``node`` is absent; anything where it is not."""
        return self._place(node)[0]

    def itself(self, node: Typed) -> str:
        """The SQL of the cause of an absence that the part makes by itself."""
        return self._made(node, [node])

    def _place(self, node: Typed) -> Placed:
        if node not in self._placed:
            self._placed[node] = self._define(node)
        return self._placed[node]

    def _define(self, node: Typed) -> Placed:
        match node:
            case Column():
                return self._made(node, [node]), 0
            case Constant() | IsMissing():
                return NOBODY, 0
            case Absent():
                return self._made(node, []), 0
        placed = [self._place(part) for part in node.parts()]
        pair, own_stage = self.emitter.place(node)
        told = self._emit(node, pair, [cause for cause, _ in placed])
        stage = 1 + max([own_stage, *(stage for _, stage in placed)])
        name = f"c_{self.emitter.prefix}{len(self._placed)}"
        stages = self.emitter.stages
        stages += [[] for _ in range(stage - len(stages))]
        stages[stage - 1].append(f"{told} AS {name}")
        return name, stage

    def _emit(self, node: Typed, pair: Pair, causes: list[str]) -> str:
        pairs = [self.emitter.add(part) for part in node.parts()]
        match node:
            case Member():
                return causes[0]
            case Lookup():
                return _first([(pairs[0], causes[0])], _absent, self.itself(node))
            case Recode():
                return self._recode(node, pairs, causes)
            case Case():
                return self._case(node, pairs, causes)
            case Apply(function="group_mean" | "group_share"):
                return _first([(pairs[1], causes[1])], _absent, self.itself(node))
            case Apply():
                return self._apply(node, pair, pairs, causes)
        raise TypeError(type(node).__name__)

    def _apply(self, node: Apply, pair: Pair, pairs: list[Pair], causes: list[str]) -> str:
        told = _first(zip(pairs, causes, strict=True), partial(self._same, pair.reason), self.itself(node))
        if "at_least" not in dict(node.settings):
            return told
        return f"CASE WHEN NOT {enough(node, pairs)} THEN {told} ELSE {self.itself(node)} END"

    def _recode(self, node: Recode, pairs: list[Pair], causes: list[str]) -> str:
        operand, made = pairs[0], self._made(node, [node.operand])
        branches = []
        for (test, outcome), cause in zip(node.branches, causes[1:], strict=False):
            told = made if isinstance(outcome, Absent) else cause
            branches.append(f"WHEN {self.emitter.test(test, operand)} THEN {told}")
        if operand.reason is not None:
            branches.append(f"WHEN {operand.reason} IS NOT NULL THEN {causes[0]}")
        return f"CASE {' '.join(branches)} ELSE {self._rest(node.other, causes, made)} END"

    def _case(self, node: Case, pairs: list[Pair], causes: list[str]) -> str:
        branches = []
        for at, (condition, outcome) in enumerate(node.branches):
            pair, made = pairs[2 * at], self._made(node, [condition])
            if pair.reason is not None:
                branches.append(f"WHEN {pair.reason} IS NOT NULL THEN {causes[2 * at]}")
            told = made if isinstance(outcome, Absent) else causes[2 * at + 1]
            branches.append(f"WHEN {pair.value} THEN {told}")
        made = self._made(node, [condition for condition, _ in node.branches])
        return f"CASE {' '.join(branches)} ELSE {self._rest(node.otherwise, causes, made)} END"

    def _same(self, one: str | None, other: str) -> str:
        """Whether two absences have the same reason; a value that no branch names is out of range."""
        outside = self.emitter.terms.reasons.ranks([OUT_OF_RANGE])
        return f"({one} = {other} OR ({one} IN ({outside}) AND {other} IN ({outside})))"

    @staticmethod
    def _rest(other: Typed | None, causes: Sequence[str], made: str) -> str:
        """The end of a recode or case: nothing left there is a value that no branch names."""
        return made if other is None or isinstance(other, Absent) else causes[-1]

    def _made(self, node: Typed, readers: Iterable[Typed]) -> str:
        """The only item that ``readers`` read, or the part ``node`` itself."""
        columns = {part: None for reader in readers for part in walk(reader) if isinstance(part, Column)}
        if len(columns) == 1:
            (column,) = columns
            cause = Cause("measure" if column.is_measure else "item", column.name)
        else:
            cause = Cause("part", phrase(node, self.scope, "en"), phrase(node, self.scope, "zh"))
        if cause not in self._number:
            self.known.append(cause)
            self._number[cause] = len(self.known)
        return f"CAST({self._number[cause]} AS INTEGER)"


def _first(parts: Iterable[tuple[Pair, str]], is_why: Callable[[str], str], own: str) -> str:
    """The cause of the first part that is absent and ``is_why`` it is so; ``own`` where none is."""
    branches = [
        f"WHEN {is_why(pair.reason)} THEN {cause}" for pair, cause in parts if pair.reason is not None
    ]
    return f"CASE {' '.join(branches)} ELSE {own} END" if branches else own


def _absent(reason: str) -> str:
    return f"{reason} IS NOT NULL"
