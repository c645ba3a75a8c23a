"""Texts that hold several answers (``1;3;7``) split into columns of 0 and 1; the text itself stays.

In a codebook sheet, ``split`` names the character between the answers, ``codes`` what may stand there, and
``empty`` what an empty text means: ``zero`` (asked, nothing chosen) or ``absent`` (not asked, not answered).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from surveys.core.codebook import Code, Codebook, Level, MissingRule, ResponseSet, Role, ValueType, Variable
from surveys.core.findings import Finding, Severity
from surveys.core.names import part_name, spelled
from surveys.core.problems import Problem, Refused
from surveys.core.reading.declared import TAGS
from surveys.core.reading.settle import Settled, TypedColumn
from surveys.core.reading.sheet_lines import Line, SheetLines
from surveys.core.said import say, say_n

MOST_CODES = 500
_SHORT = r"^[0-9]{1,4}$"
_NAMED = {"semicolon": ";", "comma": ",", "bar": "|", "space": " ", "tab": "\t", "slash": "/"}


@dataclass(frozen=True)
class _Split:
    """One text column to be split: where it stands, at what, into which codes."""

    position: int
    variable: Variable
    mark: str
    is_zero: bool
    where: str


def split_texts(codebook: Codebook, settled: Settled, sheet: SheetLines) -> Codebook:
    """The codebook with the new columns beside each text and the set they make; ``settled`` gets the cells.

    Refuses, all at once, a split without its rule for empty texts, without codes, or with names taken.
    """
    problems: list[Problem] = []
    wanted = [one for line in sheet.lines if (one := _wanted(line, codebook, problems))]
    variables, columns = list(codebook.variables), list(settled.columns)
    sets: list[ResponseSet] = []
    taken = set(codebook.names)
    for one in sorted(wanted, key=lambda split: -split.position):  # from the right: positions stay true
        codes = _codes(one, settled.columns[one.position].values, problems)
        found = [_variable(one, code, taken, problems) for code in codes]
        cells = _cells(one, settled.columns[one.position].values, codes)
        variables[one.position + 1 : one.position + 1] = found
        columns[one.position + 1 : one.position + 1] = cells
        settled.findings += _left_over(one, settled.columns[one.position].values, codes)
        if found:
            names = tuple(variable.name for variable in found)
            sets.append(ResponseSet(one.variable.name, "D", names, one.variable.labels, 1))
    if problems:
        raise Refused(problems)
    settled.columns = columns
    return replace(codebook, variables=tuple(variables), sets=(*codebook.sets, *reversed(sets)))


def _wanted(line: Line, codebook: Codebook, problems: list[Problem]) -> _Split | None:
    mark = line.cells.get("split", "")
    name = spelled(codebook.names)(line.name)
    if not mark or not name:
        return None
    position = codebook.names.index(name)
    empty = line.cells.get("empty", "").strip().lower()
    if empty not in ("zero", "absent"):
        text = say("{name} is to be split, but it is not said what an empty text means.", name=line.name)
        hint = (
            "Write in the column empty: zero (asked, nothing chosen) or absent (not asked or not answered)."
        )
        problems.append(Problem("no_empty_rule", text, where=line.where, hint=hint))
    variable = codebook.variables[position]
    if variable.type is not ValueType.TEXT:
        text = say("{name} is no text, so it cannot be split.", name=line.name)
        problems.append(Problem("not_text", text, where=line.where))
        return None
    mark = _NAMED.get(mark.strip().lower(), mark)
    return _Split(position, variable, mark, empty == "zero", line.where)


def _absent(one: _Split) -> dict[str, MissingRule]:
    return {str(rule.value): rule for rule in one.variable.missing if rule.value is not None}


def _answers(one: _Split, cells: pl.Series) -> pl.Series:
    """Per cell the list of its answers; null where the cell is empty or a missing code."""
    told = cells.filter(cells.is_in(list(_absent(one)))) if _absent(one) else cells.clear()
    kept = (
        pl.select(pl.when(~cells.is_in(told.unique())).then(cells).alias("c"))["c"] if told.len() else cells
    )
    parts = kept.str.split(one.mark)
    return parts.list.eval(pl.element().str.strip_chars())


def _parts(one: _Split, cells: pl.Series) -> list[str]:
    """Every different answer that occurs."""
    parts = _answers(one, cells).explode(empty_as_null=True).drop_nulls().unique()
    return sorted(parts.filter(parts != ""))


def _codes(one: _Split, cells: pl.Series, problems: list[Problem]) -> list[Code]:
    """The declared codes; without any, the short whole numbers that occur, if nothing else does."""
    codes = [Code(str(code.value), code.labels) for code in one.variable.codes]
    if codes:
        return codes
    parts = _parts(one, cells)
    if len(parts) > MOST_CODES or not all(re.match(_SHORT, part) for part in parts):
        text = say(
            "The answers in {name} are not all short numbers, so their codes must be declared.",
            name=one.variable.name,
        )
        hint = "List them in the column codes: 1=radio; 2=paper."
        problems.append(Problem("no_codes", text, where=one.where, hint=hint))
        return []
    return [Code(part) for part in sorted(parts, key=lambda part: (int(part), part))]


def _variable(one: _Split, code: Code, taken: set[str], problems: list[Problem]) -> Variable:
    name = part_name(one.variable.name, code.value)
    if name in taken:
        text = say(
            "The column {name}, made from {text}, would have the name of another.",
            name=name,
            text=one.variable.name,
        )
        problems.append(Problem("name_taken", text, where=one.where, hint="Rename the other column."))
    taken.add(name)
    rules = list(_absent(one).items())
    rule = "none chosen" if one.is_zero else "absent"
    return Variable(
        name=name,
        type=ValueType.INTEGER,
        labels=code.labels,
        question=one.variable.question or one.variable.labels,
        universe=one.variable.universe,
        level=Level.NOMINAL,
        role=Role.DERIVED,
        codes=(Code(1, {"en": "chosen", "zh": "选中"}), Code(0, {"en": "not chosen", "zh": "未选"})),
        missing=tuple(
            MissingRule(rule.reason, tag=tag, labels=rule.labels or {"und": word})
            for tag, (word, rule) in zip(TAGS, rules, strict=False)
        ),
        group=one.variable.group or one.variable.name,
        note=f"From {one.variable.name}: whether {code.value} is among its answers; empty text: {rule}.",
    )


def _cells(one: _Split, cells: pl.Series, codes: Sequence[Code]) -> list[TypedColumn]:
    answers = _answers(one, cells)
    letters: Mapping[str, str] = dict(zip(_absent(one), TAGS, strict=False))
    tags = cells.replace_strict(letters, default=None, return_dtype=pl.String).alias("t") if letters else None
    if tags is not None and tags.null_count() == tags.len():
        tags = None
    is_declared = cells.is_in(list(letters)).fill_null(False)
    found = []
    for code in codes:
        chosen = answers.list.contains(str(code.value)).cast(pl.Int64)
        if one.is_zero:
            chosen = chosen.fill_null(0)
        values = pl.select(pl.when(~is_declared).then(chosen).alias("c"))["c"]
        found.append(TypedColumn(values, ValueType.INTEGER, tags))
    return found


def _left_over(one: _Split, cells: pl.Series, codes: Sequence[Code]) -> list[Finding]:
    """Answers that no code stands for, and what was made."""
    name = one.variable.name
    told = say_n(
        len(codes),
        "It was split at “{mark}” into 1 column of 0 and 1; the text itself is kept.",
        "It was split at “{mark}” into {n} columns of 0 and 1; the text itself is kept.",
        mark=one.mark,
        n=len(codes),
    )
    found = [Finding(Severity.INFO, "split_text", told, name)]
    known = [str(code.value) for code in codes]
    unknown = [part for part in _parts(one, cells) if part not in known]
    if unknown and codes:
        others = _answers(one, cells).list.eval(pl.element().is_in(unknown)).list.any()
        count = int(others.sum() or 0)
        text = say_n(
            count,
            "1 cell holds an answer that no code stands for: it is in the text only.",
            "{count:,} cells hold answers that no code stands for: they are in the text only.",
            count=count,
        )
        found.append(Finding(Severity.WARNING, "answers_without_code", text, name))
    return found
