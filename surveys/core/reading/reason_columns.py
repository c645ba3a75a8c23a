"""Columns that say why cells of another are empty, as a codebook sheet tells (``reasons_of``)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from surveys.core.absence import VOCABULARY
from surveys.core.codebook import Codebook, MissingRule, Variable
from surveys.core.findings import Finding, Severity
from surveys.core.names import spelled
from surveys.core.reading.reason_tags import Unfit, invented, tagged
from surveys.core.reading.settle import Settled, TypedColumn
from surveys.core.reading.sheet_lines import SheetLines
from surveys.core.reading.sheet_parts import tags_told
from surveys.core.said import say

_WITHOUT_WORD = re.compile(r"tag:[A-Za-z_]|code:-?[0-9.]{1,20}")  # how a code or tag without a reason is told


def fold_reasons(
    codebook: Codebook, settled: Settled, sheet: SheetLines, known: Codebook | None = None
) -> Codebook:
    """The codebook without the columns of reasons; in ``settled`` the cells they speak of have tags.

    ``known`` is the whole codebook of the file, where there is one: its tags are taken.  A column that does
    not fit stays a variable, and is told of.
    """
    named = spelled(codebook.names)
    wanted = {named(line.name): line.cells.get("reasons_of", "") for line in sheet.lines}
    wanted = {name: named(owner) for name, owner in wanted.items() if name and owner}
    lines = {named(line.name): line.cells for line in sheet.lines}
    after = dict(zip(codebook.names, codebook.variables, strict=True))
    columns = dict(zip(codebook.names, settled.columns, strict=True))
    for name, owner in wanted.items():
        try:
            if owner not in after or owner == name or (known and owner not in known.names):
                raise Unfit(say("the variable that it speaks of is not there"))
            variable = after[owner] if known is None else known.variable(owner)
            variable = _with_tags(variable, tags_told(lines.get(owner, {}), variable))
            after[owner], columns[owner] = _folded(variable, columns[owner], columns[name])
            settled.findings += invented([variable], [after[owner]])
            del after[name], columns[name]
        except Unfit as unfit:
            text = say("It stays a variable of its own: {why}.", why=unfit.args[0])
            settled.findings.append(Finding(Severity.WARNING, "reasons_not_folded", text, name))
    settled.columns = list(columns.values())
    return replace(codebook, variables=tuple(after.values()))


def _with_tags(variable: Variable, told: Iterable[MissingRule]) -> Variable:
    """The variable with the tags that its line names, and so the letters that its reasons had."""
    there = {rule.tag for rule in variable.missing}
    return replace(variable, missing=(*variable.missing, *(rule for rule in told if rule.tag not in there)))


def _folded(variable: Variable, owner: TypedColumn, reasons: TypedColumn) -> tuple[Variable, TypedColumn]:
    """The variable and its cells with the reasons as tags; they may only stand where nothing else does."""
    words = reasons.values
    if words.dtype != pl.String:
        raise Unfit(say("it holds no reasons"))
    is_filled = owner.values.is_not_null()
    if owner.tags is not None:
        is_filled |= owner.tags.is_not_null()
    if (words.is_not_null() & is_filled).any():
        raise Unfit(say("cells of {name} have a value and a reason to have none", name=variable.name))
    found = sorted(words.drop_nulls().unique().to_list())
    named = {*VOCABULARY, *(rule.reason for rule in variable.missing)}
    if any(one not in named and not _WITHOUT_WORD.fullmatch(one) for one in found):  # perhaps answers
        raise Unfit(say("it holds words that are named as reasons of {name} nowhere", name=variable.name))
    told, letters = tagged(variable, found)
    tags = words.replace_strict(letters, default=None, return_dtype=pl.String)
    if owner.tags is not None:
        tags = pl.select(pl.coalesce(owner.tags, tags)).to_series()
    return told, replace(owner, tags=tags if tags.null_count() < tags.len() else None)
