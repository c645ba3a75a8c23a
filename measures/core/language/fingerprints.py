"""The identity of a rule: what it means, not how it is spelt."""

from __future__ import annotations

from typing import Any

from measures.core.language.tree import (
    Absent,
    Apply,
    Case,
    Checked,
    Column,
    Constant,
    IsMissing,
    Lookup,
    Member,
    Recode,
    Test,
    Typed,
)
from surveys.core.codebook import Scalar
from surveys.core.codebook import fingerprint as hash_of


def fingerprint(checked: Checked) -> str:
    """SHA-256 (hex) of the resolved rule: spacing, and a label in place of its code, do not matter."""
    return hash_of(canonical(checked.root))


def fingerprint_of(node: Typed) -> str:
    """SHA-256 (hex) of a part of a rule: the key under which what was fitted for it is kept."""
    return hash_of(canonical(node))


def canonical(node: Typed) -> Any:
    """A part of a rule as plain JSON; the order of listed codes does not matter, that of branches does."""
    match node:
        case Column(name=name, is_measure=is_measure):
            return ["measure" if is_measure else "item", name]
        case Constant(value=value):
            return ["constant", _scalar(value)]
        case Absent(reason=reason):
            return ["missing", reason]
        case Member(operand=operand, test=test):
            return ["in", canonical(operand), _test(test)]
        case IsMissing(operand=operand, reasons=reasons):
            return ["is_missing", canonical(operand), sorted(reasons)]
        case Lookup(table=table, column=column, key=key):
            return ["lookup", table, column, canonical(key)]
        case Recode(operand=operand, branches=branches, other=other):
            keys = [[_test(test), canonical(value)] for test, value in branches]
            return ["recode", canonical(operand), keys, canonical(other) if other else None]
        case Case(branches=branches, otherwise=otherwise):
            pairs = [[canonical(condition), canonical(value)] for condition, value in branches]
            return ["case", pairs, canonical(otherwise) if otherwise else None]
        case Apply(function=function, arguments=arguments, settings=settings, weights=weights):
            given = [[k, _scalar(v)] for k, v in settings]
            weighed = [[_scalar(weight) for weight in weights]] if weights else []
            return [function, [canonical(a) for a in arguments], given, *weighed]
    raise TypeError(type(node).__name__)


def _test(test: Test) -> Any:
    values = sorted((_scalar(value) for value in test.values), key=lambda v: (isinstance(v, str), v))
    ranges = sorted(([_end(low), _end(high)] for low, high in test.ranges), key=str)
    return {"values": values, "ranges": ranges, "reasons": sorted(test.reasons)}


def _end(end: float | None) -> Scalar | None:
    return None if end is None else _scalar(end)


def _scalar(value: Scalar) -> Scalar:
    """1 and 1.0 are one number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
