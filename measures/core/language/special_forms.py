"""Functions whose arguments are more than values: each is checked by a function of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from measures.core.language import nodes as said
from measures.core.language.forms_of_samples import OF_SAMPLES
from measures.core.language.forms_of_texts import OF_TEXTS
from measures.core.language.forms_of_weights import OF_WEIGHTS
from measures.core.language.function_types import Function
from measures.core.language.ground import Form, widest
from measures.core.language.labels import reasons_of, valid_codes
from measures.core.language.tree import (
    Absent,
    Apply,
    Case,
    Constant,
    IsMissing,
    Recode,
    Test,
    Type,
    Typed,
)
from surveys.core.absence import VOCABULARY
from surveys.core.problems import near_misses
from surveys.core.said import say

if TYPE_CHECKING:
    from measures.core.language.checking import Checker


def _recode(checker: Checker, node: said.Call, function: Function) -> Typed | None:
    keywords = checker.keywords(node, ("other",))
    if not checker.arity(node, function, len(node.arguments)):
        return None
    operand = checker.value(node.arguments[0])
    mapping = node.arguments[1]
    if not isinstance(mapping, said.Mapping) or not mapping.entries:
        message = "recode needs a mapping of codes to values as its second argument."
        checker.problem("misplaced", message, mapping, hint="For instance {1: 0, 2: 1}.")
        return None
    if operand is None:
        return None
    if operand.type is Type.CONDITION:
        operand = Apply(Type.INTEGER, "number", (operand,))
    tests = [_key(checker, key, operand) for key, _ in mapping.entries]
    _refuse_overlaps(checker, [key for key, _ in mapping.entries], tests)
    outcomes = [checker.value(value) for _, value in mapping.entries]
    other = checker.value(keywords["other"]) if "other" in keywords else None
    if any(outcome is None for outcome in outcomes) or ("other" in keywords and other is None):
        return None
    parts = _outcomes(checker, [part for part in (*outcomes, other) if part is not None], node)
    if parts is None:
        return None
    kind, found = parts
    return Recode(
        kind, operand, tuple(zip(tests, found, strict=False)), found[-1] if other is not None else None
    )


def _key(checker: Checker, key: said.Node, operand: Typed) -> Test:
    members = key.members if isinstance(key, said.Listing) else (key,)
    absences = [m for m in members if isinstance(m, said.Call) and m.function == "missing"]
    rest = [member for member in members if member not in absences]
    reasons = [_reason(checker, argument) for call in absences for argument in call.arguments]
    return replace(checker.test(rest, operand), reasons=tuple(word for word in reasons if word))


def _refuse_overlaps(checker: Checker, keys: list[said.Node], tests: list[Test]) -> None:
    """A value named twice would leave the outcome to the order of the keys."""
    for at, test in enumerate(tests):
        for earlier in tests[:at]:
            shared = _shared(earlier, test)
            if shared:
                checker.problem("repeated_key", say("{shared} is named twice.", shared=shared), keys[at])
                break


def _shared(one: Test, two: Test) -> str:
    for value in two.values:
        if value in one.values or any(_within(value, bounds) for bounds in one.ranges):
            return str(value)
    for value in one.values:
        if any(_within(value, bounds) for bounds in two.ranges):
            return str(value)
    for low, high in two.ranges:
        for start, end in one.ranges:
            if (low is None or end is None or low <= end) and (
                start is None or high is None or start <= high
            ):
                return say("Part of {low}..{high}", low=_ends(low), high=_ends(high))
    return next((reason for reason in two.reasons if reason in one.reasons), "")


def _within(value: object, bounds: tuple[float | None, float | None]) -> bool:
    low, high = bounds
    return not isinstance(value, str) and (low is None or value >= low) and (high is None or value <= high)  # type: ignore[operator]


def _ends(end: float | None) -> str:
    return "" if end is None else f"{end:g}"


def _outcomes(checker: Checker, parts: list[Typed], node: said.Call) -> tuple[Type, tuple[Typed, ...]] | None:
    """The outcomes of recode and case as one type; absences take the type of the others."""
    found = checker.unified(tuple(parts), node)
    types = [part.type for part in found if not isinstance(part, Absent)]
    if found and not types:
        checker.problem("only_absences", "Every outcome is an absence.", node)
    if not types:
        return None
    kind = widest(types)
    return kind, tuple(Absent(kind, part.reason) if isinstance(part, Absent) else part for part in found)


def _case(checker: Checker, node: said.Call, function: Function) -> Typed | None:
    keywords = checker.keywords(node, ("otherwise",))
    if not checker.arity(node, function, len(node.arguments)):
        return None
    conditions: list[Typed | None] = []
    outcomes: list[Typed | None] = []
    for pair in node.arguments:
        if isinstance(pair, said.Listing) and len(pair.members) == 2:
            conditions.append(checker.condition(pair.members[0]))
            outcomes.append(checker.value(pair.members[1]))
        else:
            checker.problem("misplaced", "case takes pairs: (condition, value).", pair)
            conditions.append(None)
    otherwise = checker.value(keywords["otherwise"]) if "otherwise" in keywords else None
    broken = None in conditions or None in outcomes
    if broken or ("otherwise" in keywords and otherwise is None):
        return None
    parts = _outcomes(checker, [part for part in (*outcomes, otherwise) if part is not None], node)
    if parts is None:
        return None
    kind, found = parts
    branches = tuple((c, v) for c, v in zip(conditions, found, strict=False) if c is not None)
    return Case(kind, branches, found[-1] if otherwise is not None else None)


def _band(checker: Checker, node: said.Call, function: Function) -> Typed | None:
    checker.keywords(node, ())
    if not checker.arity(node, function, len(node.arguments)):
        return None
    operand = checker.number(node.arguments[0])
    limits: list[int | float] = []
    for limit in node.arguments[1:]:
        if not isinstance(limit, said.Number):
            checker.problem("not_a_number", "The limits of band are plain numbers.", limit)
        elif limits and limit.value <= limits[-1]:
            checker.problem("limits_not_rising", "The limits of band must rise.", limit)
        else:
            limits.append(limit.value)
    if operand is None or len(limits) != len(node.arguments) - 1:
        return None
    return Apply(Type.INTEGER, "band", (operand, *(_constant(limit) for limit in limits)))


def _constant(value: int | float) -> Constant:
    return Constant(Type.INTEGER if isinstance(value, int) else Type.DECIMAL, value)


def _reverse(checker: Checker, node: said.Call, function: Function) -> Typed | None:
    keywords = checker.keywords(node, ("low", "high"))
    if not checker.arity(node, function, len(node.arguments)):
        return None
    operand = checker.number(node.arguments[0])
    if operand is None:
        return None
    variable = checker.variable_of(operand)
    codes = (
        [code.value for code in valid_codes(variable) if not isinstance(code.value, str)] if variable else []
    )
    ends: dict[str, int | float] = {}
    for name, default in (("low", min(codes, default=None)), ("high", max(codes, default=None))):
        given = keywords.get(name)
        if isinstance(given, said.Number):
            ends[name] = given.value
        elif given is not None:
            checker.problem("wrong_setting", say("{name} is a plain number.", name=name), given)
        elif default is None:
            message = (
                "reverse does not know the low end of the scale: the codebook lists no codes."
                if name == "low"
                else "reverse does not know the high end of the scale: the codebook lists no codes."
            )
            checker.problem(
                "unknown_scale", message, node, hint="Give low= and high=, as in reverse(x, low=1, high=5)."
            )
        else:
            ends[name] = default
    if len(ends) < 2:
        return None
    if ends["low"] >= ends["high"]:
        checker.problem("empty_range", "The low end of the scale must lie below the high end.", node)
        return None
    whole = operand.type is Type.INTEGER and all(isinstance(end, int) for end in ends.values())
    return Apply(Type.INTEGER if whole else Type.DECIMAL, "reverse", (operand,), tuple(sorted(ends.items())))


def _missing(checker: Checker, node: said.Call, function: Function) -> Typed | None:
    checker.keywords(node, ())
    if not checker.arity(node, function, len(node.arguments)):
        return None
    reason = _reason(checker, node.arguments[0])
    return Absent(Type.INTEGER, reason) if reason else None


def _is_missing(checker: Checker, node: said.Call, function: Function) -> Typed | None:
    checker.keywords(node, ())
    if not checker.arity(node, function, len(node.arguments)):
        return None
    operand = checker.value(node.arguments[0])
    reasons = [_reason(checker, argument) for argument in node.arguments[1:]]
    if operand is None or not all(reasons):
        return None
    return IsMissing(Type.CONDITION, operand, tuple(sorted({reason for reason in reasons if reason})))


def _reason(checker: Checker, node: said.Node) -> str | None:
    """The absence a quoted word names: of the common vocabulary, the study's own or the codebook's."""
    scope = checker.scope
    declared = [word for variable in scope.items.values() for word in reasons_of(variable)]
    known = tuple(dict.fromkeys((*VOCABULARY, *scope.reasons, *declared)))
    if not isinstance(node, said.Text):
        checker.problem(
            "not_a_reason", "A reason for an absence is a word in quotes.", node, hint='As in "refused".'
        )
        return None
    if node.value not in known:
        hint = say("Known are {known}.", known=known[:12])
        near = near_misses(node.value, known)
        checker.problem(
            "unknown_reason", say("There is no absence called “{value}”.", value=node.value), node, hint, near
        )
        return None
    return node.value


FORMS: Mapping[str, Form] = {
    "recode": _recode,
    "case": _case,
    "band": _band,
    "reverse": _reverse,
    "missing": _missing,
    "is_missing": _is_missing,
    **OF_SAMPLES,
    **OF_TEXTS,
    **OF_WEIGHTS,
}
