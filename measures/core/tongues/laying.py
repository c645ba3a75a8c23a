"""From the typed nodes of a rule to steps: every part once, after its own parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from measures.core.bounds import Bounds, hull
from measures.core.engine.fits import Fit
from measures.core.language.fingerprints import fingerprint_of
from measures.core.language.scope import ContextTable, Scope
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
    Test,
    Type,
    Typed,
)
from measures.core.tongues.in_files import InFiles
from measures.core.tongues.pairs import Part, strongest
from measures.core.tongues.steps import (
    NOTHING,
    ONE,
    ZERO,
    Compare,
    Cond,
    Expr,
    Num,
    OneOf,
    Step,
    Truth,
    Txt,
    Var,
    both,
    either,
)
from surveys.core.absence import NO_ANSWER, OUT_OF_RANGE, SYSTEM
from surveys.core.codebook import Scalar
from surveys.core.problems import Refused, refuse
from surveys.core.said import say

MOST_ROWS = 2000  # of a table written out as branches
LONGEST_COMMENT = 120
Outcome = tuple[Cond, tuple[Expr, Expr]]


@dataclass(frozen=True)
class Tongue:
    """A language that rules are written in, and what it cannot say."""

    name: str
    title: str
    computes_text: bool = False  # whether a rule may make texts, not only read them
    tags: str = "codes"  # what letters of missing values are in its files: codes, words beside, or letters


@dataclass
class Layout:
    """The steps of a rule so far.  ``strengths``: reason -> its number, the strongest the highest."""

    tongue: Tongue
    strengths: Mapping[str, int]
    columns: dict[tuple[bool, str], Part]
    contexts: Mapping[str, ContextTable]
    scope: Scope
    files: Mapping[str, InFiles] = field(default_factory=dict)
    language: str = "en"
    fits: dict[str, Fit] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    comment: str = ""
    _placed: dict[Typed, Part] = field(default_factory=dict)
    _names: int = 0

    def add(self, node: Typed) -> Part:
        """The part that a node becomes; laid out once, however often it occurs."""
        if node not in self._placed:
            self._placed[node] = self._define(node)
        return self._placed[node]

    # Steps

    def strength(self, reason: str) -> Num:
        return Num(self.strengths[reason])

    def name(self, letter: str, is_text: bool = False) -> Var:
        self._names += 1
        return Var(f"{letter}{self._names}", is_text)

    def let(self, value: Expr, *branches: tuple[Cond, Expr], letter: str = "v", is_text: bool = False) -> Var:
        """A name for the value of the first branch that holds, else for ``value``."""
        target = self.name(letter, is_text)
        kept = tuple((cond, (one,)) for cond, one in branches if cond != Truth(False))
        self._step(Step((target,), kept, (value,)))
        return target

    def outcome(
        self, kind: Type, branches: Sequence[Outcome], otherwise: tuple[Expr, Expr], reasons: Iterable[str],
        bounds: Bounds,
    ) -> Part:  # fmt: skip
        """A part from cases of (value, strength of absence)."""
        kept, found = tuple(one for one in branches if one[0] != Truth(False)), frozenset(reasons)
        is_text = kind is Type.TEXT
        value, reason = self.name("t" if is_text else "v", is_text), self.name("r")
        if found:
            self._step(Step((value, reason), kept, otherwise))
        else:
            self._step(Step((value,), tuple((c, (v,)) for c, (v, _) in kept), otherwise[:1]))
        return self.part(kind, value, reason if found else ZERO, found, bounds)

    def part(self, kind: Type, value: Expr, reason: Expr, reasons: frozenset[str], bounds: Bounds) -> Part:
        holds = Compare("==", value, ONE) if kind is Type.CONDITION else None
        return Part(kind, None if holds else value, holds, reason, reasons, bounds)

    def condition(self, holds: Cond, reason: Expr, reasons: frozenset[str]) -> Part:
        """A condition; it is given a name, so that texts grow with the parts and not with their product."""
        value = self.let(ZERO, (holds, ONE), letter="c") if not isinstance(holds, Truth) else None
        kept = Compare("==", value, ONE) if value else holds
        return Part(Type.CONDITION, None, kept, reason, reasons, Bounds(0, 1))

    def reason(self, parts: Sequence[Part], *settled: Cond) -> tuple[Expr, frozenset[str]]:
        """The strongest absence of the parts, unless one of ``settled`` holds."""
        found = strongest(parts)
        if found == ZERO:
            return ZERO, frozenset()
        reasons = frozenset().union(*(part.reasons for part in parts))
        if isinstance(found, Var) and not settled:
            return found, reasons
        return self.let(found, *((cond, ZERO) for cond in settled), letter="r"), reasons

    def _step(self, step: Step) -> None:
        self.steps.append(Step(step.targets, step.branches, step.otherwise, self.comment))
        self.comment = ""

    # Parts

    def _define(self, node: Typed) -> Part:
        match node:
            case Column(name=name, is_measure=is_measure):
                return self.columns[is_measure, name]
            case Constant(value=value, type=kind):
                return Part(kind, self.constant(value, kind), bounds=_point(value))
            case Absent(reason=reason, type=kind):
                given = NOTHING if kind is Type.TEXT else ZERO
                return self.part(kind, given, self.strength(reason), frozenset({reason}), Bounds(0, 0))
        if node.type is Type.TEXT and not self.tongue.computes_text:
            raise cannot(self.tongue, say("texts made by a rule; they need a declared length"))
        if node.type in (Type.DATE, Type.DATETIME, Type.TIME):
            raise cannot(self.tongue, say("dates, points in time and durations made by a rule"))
        parts = [self.add(part) for part in node.parts()]
        self.comment = short(phrase(node, self.scope, self.language))
        return self._of(node, parts)

    def _of(self, node: Typed, parts: list[Part]) -> Part:
        from measures.core.tongues.functions import FUNCTIONS

        match node:
            case Apply(function="group_mean" | "group_share"):
                groups = self.fit(node).groups
                return self._from_table(parts[1], groups, node.type, NO_ANSWER, NO_ANSWER)
            case Apply(function=function):
                return FUNCTIONS[function](self, node, parts)
            case Member(test=test):
                holds = both(parts[0].valid, self.test(test, parts[0], with_reasons=False))
                return self.condition(holds, parts[0].reason, parts[0].reasons)
            case IsMissing(reasons=words):
                holds = self.of_reasons(words, parts[0]) if words else parts[0].absent
                return self.condition(holds, ZERO, frozenset())
            case Recode():
                return self._recode(node, parts)
            case Case():
                return self._case(node, parts)
            case Lookup(table=name, column=column):
                rows = self.contexts[name].pairs(column)
                return self._from_table(parts[0], rows, node.type, OUT_OF_RANGE, SYSTEM)
        raise TypeError(type(node).__name__)

    def fit(self, node: Apply) -> Fit:
        """What was fitted for a part; Refused where nobody has."""
        found = self.fits.get(fingerprint_of(node))
        if found is None:
            message = say(
                "{function} is fitted on a sample, and no fitted numbers are at hand.", function=node.function
            )
            hint = "Build a dataset with the measure: its fitted numbers are then written into the text."
            raise refuse("not_fitted", message, hint=hint)
        return found

    def constant(self, value: Scalar, kind: Type) -> Expr:
        if kind is Type.DATE:
            return Num(int(str(value).replace("-", "")))
        if kind is Type.DATETIME:
            raise cannot(self.tongue, say("points in time"))
        return Txt(value) if isinstance(value, str) else Num(value)

    def test(self, test: Test, operand: Part, with_reasons: bool = True) -> Cond:
        """Whether a valid operand is one of the values or in a range, or an absent one so for a reason."""
        cell, tests = operand.value, list[Cond]()
        if test.values:
            tests.append(OneOf(cell, tuple(self.constant(one, operand.type) for one in test.values)))
        for low, high in test.ranges:
            ends = [Compare(">=", cell, Num(low))] if low is not None else []
            ends += [Compare("<=", cell, Num(high))] if high is not None else []
            tests.append(both(*ends))
        holds = both(operand.valid, either(*tests))
        return either(holds, self.of_reasons(test.reasons, operand)) if with_reasons else holds

    def of_reasons(self, words: Iterable[str], operand: Part) -> Cond:
        met = tuple(self.strength(word) for word in words if word in operand.reasons)
        return OneOf(operand.reason, met) if met else Truth(False)

    def _recode(self, node: Recode, parts: list[Part]) -> Part:
        operand, outcomes = parts[0], parts[1:]
        tests = [self.test(test, operand) for test, _ in node.branches]
        branches = [(t, _both_of(o, node.type)) for t, o in zip(tests, outcomes, strict=False)]
        branches.append((operand.absent, (_nil(node.type), operand.reason)))
        return self._chosen(node.type, branches, outcomes, node.other is not None, operand.reasons)

    def _case(self, node: Case, parts: list[Part]) -> Part:
        branches: list[Outcome] = []
        conditions = parts[: 2 * len(node.branches) : 2]
        outcomes = [*parts[1 : 2 * len(node.branches) : 2], *parts[2 * len(node.branches) :]]
        for condition, outcome in zip(conditions, outcomes, strict=False):
            branches.append((condition.absent, (_nil(node.type), condition.reason)))
            branches.append((condition.condition, _both_of(outcome, node.type)))
        passed = frozenset().union(*(condition.reasons for condition in conditions))
        return self._chosen(node.type, branches, outcomes, node.otherwise is not None, passed)

    def _chosen(
        self,
        kind: Type,
        branches: list[Outcome],
        outcomes: list[Part],
        has_rest: bool,
        passed: frozenset[str],
    ) -> Part:
        """The branches with what is left to the end; nothing left there is out of range."""
        reasons = passed.union(*(outcome.reasons for outcome in outcomes))
        bounds = hull(outcome.bounds for outcome in outcomes)
        if has_rest:
            return self.outcome(kind, branches, _both_of(outcomes[-1], kind), reasons, bounds)
        rest = (_nil(kind), self.strength(OUT_OF_RANGE))
        return self.outcome(kind, branches, rest, reasons | {OUT_OF_RANGE}, bounds)

    def _from_table(
        self, key: Part, rows: Sequence[tuple[object, object]], kind: Type, unknown: str, empty: str
    ) -> Part:
        if len(rows) > MOST_ROWS:
            raise cannot(self.tongue, say("a table of {rows} rows", rows=len(rows)))
        nil, values = _nil(kind), [row[1] for row in rows if isinstance(row[1], int | float)]
        branches: list[Outcome] = [(key.absent, (nil, key.reason))]
        for known, value in rows:
            if isinstance(known, int | float | str):
                is_value = isinstance(value, int | float | str)
                found = (self._cell(value, kind), ZERO) if is_value else (nil, self.strength(empty))
                branches.append((Compare("==", key.value, self._cell(known, key.type)), found))
        reasons = key.reasons | {unknown} | ({empty} if any(row[1] is None for row in rows) else set())
        bounds = Bounds(min(values, default=0), max(values, default=0))
        return self.outcome(kind, branches, (nil, self.strength(unknown)), reasons, bounds)

    def _cell(self, value: object, kind: Type) -> Expr:
        if kind is Type.TEXT:
            return Txt(str(value))
        assert isinstance(value, int | float)
        return Num(value)


def cannot(tongue: Tongue, what: str) -> Refused:
    """The refusal of what a tongue cannot say."""
    message = say("{tongue} cannot say this rule: it has {what}.", tongue=tongue.title, what=what)
    hint = "Export the dataset instead: its columns are computed here."
    return refuse("not_in_tongue", message, hint=hint)


def short(text: str) -> str:
    """A comment on one line."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return plain if len(plain) <= LONGEST_COMMENT else plain[: LONGEST_COMMENT - 1] + "…"


def _both_of(part: Part, kind: Type) -> tuple[Expr, Expr]:
    return part.value, part.reason


def _nil(kind: Type) -> Expr:
    return NOTHING if kind is Type.TEXT else ZERO


def _point(value: Scalar) -> Bounds:
    return Bounds(value, value) if not isinstance(value, str) else Bounds()
