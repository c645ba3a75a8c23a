"""How a rule's items are read from the wave's own variables: missing codes told apart, codes mapped."""

from __future__ import annotations

import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from measures.core.bounds import ANYTHING, Bounds
from measures.core.engine.interface import SourceColumn
from measures.core.language.scope import mapped_type
from measures.core.language.tree import Type
from measures.core.tongues.in_files import InFiles
from measures.core.tongues.laying import Layout, cannot, short
from measures.core.tongues.pairs import Part
from measures.core.tongues.steps import (
    ZERO,
    Compare,
    Cond,
    Empty,
    Expr,
    Num,
    OneOf,
    Raw,
    Step,
    Tagged,
    Txt,
    both,
)
from surveys.core.absence import OUT_OF_RANGE, SYSTEM, tag_reason
from surveys.core.codebook import MissingRule, Scalar, ValueType
from surveys.core.comparison.codes import is_inside
from surveys.core.said import say

_KINDS = {ValueType.TEXT: "text", ValueType.DATE: "date"}


def read(out: Layout, item: str, column: SourceColumn) -> Part:
    """The part of an item; lays out how its variable is read."""
    variable = column.variable
    if variable.type in (ValueType.DATETIME, ValueType.TIME):
        raise cannot(out.tongue, say("a point in time or a duration ({name})", name=variable.name))
    if out.tongue.tags == "codes" and out.files.get(variable.name, InFiles()).moves:
        raise cannot(
            out.tongue, say("more missing codes than its files can declare ({name})", name=variable.name)
        )
    kind = Type(mapped_type(variable.type, column.code_map).value)
    if kind is Type.TEXT and column.code_map and not out.tongue.computes_text:
        raise cannot(out.tongue, say("texts made by the crosswalk ({name})", name=item))
    cell = Raw(variable.name, _KINDS.get(variable.type, "number"))
    out.comment = short(item if item == variable.name else f"{item}: {variable.name}")
    absences = list(_absences(out, column, cell))
    reasons = {reason for reason, _ in absences}
    branches: list[tuple[Cond, Expr]] = [(cond, out.strength(reason)) for reason, cond in absences]
    lost: Expr = ZERO
    if column.code_map:
        sources = tuple(
            _cell(source, variable.type) for source, target in column.code_map if target is not None
        )
        branches += [(OneOf(cell, sources), ZERO)] if sources else []
        lost, reasons = out.strength(OUT_OF_RANGE), {*reasons, OUT_OF_RANGE}
    reason = out.let(lost, *branches, letter="r")
    return _valued(out, column, cell, kind, Part(kind, ZERO, None, reason, frozenset(reasons)))


def _valued(out: Layout, column: SourceColumn, cell: Raw, kind: Type, told: Part) -> Part:
    """The value beside the absence: the cell itself, or the code it is mapped to."""
    if kind is Type.TEXT and not out.tongue.computes_text:
        return Part(kind, cell, None, told.reason, told.reasons)
    nil: Expr = Txt("") if kind is Type.TEXT else ZERO
    value = out.name("t" if kind is Type.TEXT else "v", kind is Type.TEXT)
    branches: list[tuple[Cond, tuple[Expr, ...]]] = [(told.absent, (nil,))]
    rest: Expr = nil if column.code_map else cell
    for source, target in column.code_map:
        if target is not None:
            into = Txt(target) if isinstance(target, str) else Num(target)
            branches.append((Compare("==", cell, _cell(source, column.variable.type)), (into,)))
    out.steps.append(Step((value,), tuple(branches), (rest,)))
    targets = [target for _, target in column.code_map if isinstance(target, int | float)]
    bounds = Bounds(min(0, *targets), max(0, *targets)) if targets else ANYTHING
    return Part(kind, value, None, told.reason, told.reasons, bounds)


def _absences(out: Layout, column: SourceColumn, cell: Raw) -> Iterator[tuple[str, Cond]]:
    """(reason, when), the strongest first: a tag, the empty cell, a single code, a range."""
    rules, kind = column.variable.missing, column.variable.type
    if out.tongue.tags == "codes":
        yield SYSTEM, Empty(cell)  # nothing is asked of an empty cell
    if column.tags:
        yield from _tagged(out, column, cell)
    if out.tongue.tags == "letters":
        yield from _lettered(out, column, cell)
    if out.tongue.tags != "codes":
        yield SYSTEM, Empty(cell)
    for reason in dict.fromkeys(rule.reason for rule in rules if rule.value is not None):
        values = (rule.value for rule in rules if rule.reason == reason and rule.value is not None)
        yield reason, OneOf(cell, tuple(_cell(value, kind) for value in values))
    for rule in rules:
        if rule.low is not None or rule.high is not None:
            yield rule.reason, _between(cell, rule, kind)


def _tagged(out: Layout, column: SourceColumn, cell: Raw) -> Iterator[tuple[str, Cond]]:
    """Letters of missing values as the tongue's files have them: those that occur in the wave."""
    told = {rule.tag: rule.reason for rule in column.variable.missing if rule.tag is not None}
    files = out.files.get(cell.variable, InFiles())
    for tag, word in files.words.items():
        reason = told.get(tag, tag_reason(tag))
        if out.tongue.tags == "words":
            yield reason, Tagged(cell, tag, word)
        elif out.tongue.tags == "letters" and tag in string.ascii_lowercase:
            yield reason, Tagged(cell, tag)
        elif out.tongue.tags == "codes" and tag in files.codes:
            yield reason, OneOf(cell, (Num(files.codes[tag]),))
        else:
            what = say("missing values with letters ({name})", name=cell.variable)
            raise cannot(out.tongue, what)


def _lettered(out: Layout, column: SourceColumn, cell: Raw) -> Iterator[tuple[str, Cond]]:
    """Missing codes that a Stata file holds as letters; in place they are told apart as well."""
    letters = out.files.get(cell.variable, InFiles()).letters
    rules = column.variable.missing
    for code, letter in letters.items():
        if isinstance(code, int | float):
            single = [rule.reason for rule in rules if rule.value == code]
            ranged = [rule.reason for rule in rules if rule.value is None and is_inside(code, rule)]
            if single or ranged:
                yield (single or ranged)[0], Tagged(cell, letter)


def _between(cell: Raw, rule: MissingRule, kind: ValueType) -> Cond:
    ends: list[Cond] = []
    if rule.low is not None:
        ends.append(Compare(">=", cell, _bound(rule.low, kind)))
    if rule.high is not None:
        ends.append(Compare("<=", cell, _bound(rule.high, kind)))
    return both(*ends)


def _bound(end: float, kind: ValueType) -> Expr:
    """A range's end; of dates it is kept as seconds since 1970."""
    if kind is not ValueType.DATE:
        return Num(end)
    day = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=end)
    return Num(int(f"{day:%Y%m%d}"))


def _cell(value: Scalar, kind: ValueType) -> Expr:
    """A code as a cell of this type."""
    if kind is ValueType.DATE:
        return Num(int(str(value)[:10].replace("-", "")))
    return Txt(value) if isinstance(value, str) else Num(value)
