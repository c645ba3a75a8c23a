"""Who made a row absent, told the slow way: one respondent at a time, from the written precedence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from measures.core.engine import Cause
from measures.core.language import Checked, ContextTable
from measures.core.language import tree as t
from measures.core.language.sentences import phrase
from surveys.core.absence import strongest
from tests.measures.reference_interpreter import OUTSIDE, Absence, Interpreter, Row, run

Counts = Counter[tuple[str, Cause | None]]


def causes_of(checked: Checked, rows: Sequence[Row], contexts: Mapping[str, ContextTable]) -> Counts:
    """(reason, cause) -> rows; ("valid", None) for those that are valid."""
    found: Counts = Counter()
    seen: dict[tuple[Any, ...], Any] = {}
    for row, outcome in zip(rows, run(checked.root, rows, contexts), strict=True):
        teller = Teller(row, rows, contexts, seen)
        teller.scope = checked.scope
        if not isinstance(outcome, Absence):
            found["valid", None] += 1
        elif isinstance(teller.value(checked.root), Absence):
            found[outcome.reason, teller.cause(checked.root)] += 1
        else:  # a whole number that no column holds
            found[outcome.reason, teller.made(checked.root, [checked.root])] += 1
    return found


class Teller(Interpreter):
    scope: Any

    def cause(self, node: t.Typed) -> Cause:
        """Only of a part that is absent on this row."""
        match node:
            case t.Column():
                return self.made(node, [node])
            case t.Absent():
                return self.made(node, [])
            case t.Member(operand=operand):
                return self.cause(operand)
            case t.Lookup(key=key):
                return self.cause(key) if self.is_absent(key) else self.made(node, [node])
            case t.Recode():
                return self.of_recode(node)
            case t.Case():
                return self.of_case(node)
            case t.Apply():
                return self.of_function(node)
        raise TypeError(node)

    def of_recode(self, node: t.Recode) -> Cause:
        cell = self.value(node.operand)
        for test, outcome in node.branches:
            if self.holds(test, cell):
                return self.of_outcome(node, outcome, [node.operand])
        if isinstance(cell, Absence):
            return self.cause(node.operand)
        return self.of_outcome(node, node.other, [node.operand])

    def of_case(self, node: t.Case) -> Cause:
        conditions = [condition for condition, _ in node.branches]
        for condition, outcome in node.branches:
            cell = self.value(condition)
            if isinstance(cell, Absence):
                return self.cause(condition)
            if cell:
                return self.of_outcome(node, outcome, [condition])
        return self.of_outcome(node, node.otherwise, conditions)

    def of_outcome(self, node: t.Typed, outcome: t.Typed | None, readers: Sequence[t.Typed]) -> Cause:
        if outcome is None or isinstance(outcome, t.Absent):
            return self.made(node, readers)
        return self.cause(outcome)

    def of_function(self, node: t.Apply) -> Cause:
        if node.function in ("group_mean", "group_share"):
            group = node.arguments[-1]
            return self.cause(group) if self.is_absent(group) else self.made(node, [node])
        cells = [self.value(part) for part in node.arguments]
        absent = [cell.reason for cell in cells if isinstance(cell, Absence)]
        if not absent or ("at_least" in dict(node.settings) and self.enough(node, cells)):
            assert self.value(node) == OUTSIDE
            return self.made(node, [node])
        winner = strongest(absent)
        assert self.value(node) == Absence(str(winner))
        pairs = zip(node.arguments, cells, strict=True)
        return self.cause(next(part for part, cell in pairs if cell == Absence(str(winner))))

    def is_absent(self, node: t.Typed) -> bool:
        return isinstance(self.value(node), Absence)

    def made(self, node: t.Typed, readers: Sequence[t.Typed]) -> Cause:
        read = {part.name: part for one in readers for part in t.walk(one) if isinstance(part, t.Column)}
        if len(read) == 1:
            (column,) = read.values()
            return Cause("measure" if column.is_measure else "item", column.name)
        return Cause("part", phrase(node, self.scope, "en"), phrase(node, self.scope, "zh"))
