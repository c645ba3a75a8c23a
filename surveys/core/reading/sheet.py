"""A codebook sheet: a table with one line per variable, laid over what the file itself says.

Columns may be any of: variable, type, label_en, label_zh (any language), question_en ..., universe, level,
role, unit, group, format, note, codes (``1=yes; 2=no``, or codes_en, codes_zh), missing (``-1=refused; -9``),
missing_ranges (``-99..-90=refused``), missing_tags (``.a=refused``; its label stands among the codes),
valid_min (``18``, ``>0``), valid_max (``120``, ``<1``), and what :mod:`sheet_sets` and :mod:`split_text`
read.  REDCap dictionaries are understood.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from surveys.core.absence import code_reason
from surveys.core.codebook import Code, Codebook, Level, MissingRule, Role, Scalar, ValueType, Variable
from surveys.core.findings import Finding, Severity
from surveys.core.limits import ENDS
from surveys.core.names import spelled
from surveys.core.problems import Problem, Refused, near_misses
from surveys.core.reading.declared import TAGS, TYPES, Declared
from surveys.core.reading.limits import lay_limits
from surveys.core.reading.sheet_lines import Line, SheetLines
from surveys.core.reading.sheet_parts import PAIR, TAG, parts_of, rules_in, speaks, tags_known, tags_told
from surveys.core.reading.spans import span
from surveys.core.reading.values import dated_value_of
from surveys.core.said import both, say

_PLAIN = ("universe", "unit", "group", "note", "format")
_RULES = ("missing", "missing_ranges", "missing_tags")
_ANOTHER_CODE = re.compile(r";\s*[^\s=;]{1,20}\s*=|^[^=]*;.*=", re.DOTALL)  # within what a bar parts
_WRITE_RANGE = "Write -99..-90=refused, and leave an open end out: ..-90=refused."


def declared_types(sheet: SheetLines) -> dict[str, Declared]:
    """What the sheet says of types, by name; :func:`lay_over` tells of words that are no type."""
    found = {}
    for line in sheet.lines:
        word = "text" if line.cells.get("split") else line.cells.get("type", "").strip().lower()
        if word in TYPES:
            parts = parts_of(line.cells.get("missing", ""))
            words = (PAIR.match(part) for part in parts)
            told = [(match[1] if match else part).strip() for match, part in zip(words, parts, strict=True)]
            is_dated = word.startswith("date")  # then a number is no value either
            missing = tuple(dict.fromkeys(one for one in told if one and (is_dated or not _is_number(one))))
            found[line.name] = Declared(word, missing[: len(TAGS)])
    return found


def lay_over(codebook: Codebook, sheet: SheetLines, findings: list[Finding]) -> Codebook:
    """The codebook with the sheet's texts in place of the file's; what the sheet leaves empty stays.

    Refuses a sheet with a variable twice or with words it cannot read, all of them at once; variables that
    the file does not have are remarked on in ``findings``.
    """
    known = {variable.name: variable for variable in codebook.variables}
    named = spelled(known)
    problems = _twice(sheet.lines, named)
    findings += sheet.findings
    for line in sheet.lines:
        name = named(line.name)
        if name:
            merged = _merged(known[name], line.cells, line.where, problems)
            told = {end: line.cells[end] for end in ENDS if line.cells.get(end)}
            findings += _mixed(name, line)
            limited = lay_limits(merged, told, line.where)
            known[name] = replace(merged, limits=limited.limits)
            problems += limited.problems
            findings += limited.findings
        elif not line.is_optional and not line.name.startswith("$"):
            findings.append(_unknown(line, known))
    if problems:
        raise Refused(problems)
    return replace(codebook, variables=tuple(known.values()))


def _mixed(name: str, line: Line) -> Iterator[Finding]:
    """Cells that part their codes in two ways, of which one was followed."""
    for heading, text in line.cells.items():
        if "|" not in text or ";" not in text:
            continue
        is_rule = heading in _RULES  # no reason has a semicolon, a label may
        if is_rule or (speaks(heading, "codes") and any(map(_ANOTHER_CODE.search, parts_of(text)))):
            told = say(
                "In {heading}, one cell parts its codes with “|” and with “;”: it was parted at “|” alone, "
                "so that a code or label may hold several. Write one of the two throughout.",
                heading=heading,
            )
            yield Finding(Severity.WARNING, "mixed_separators", told, name)


def tags_nowhere(codebook: Codebook, sheet: SheetLines) -> Iterator[Finding]:
    """Tags that lines name and no cell of the file has: a text file has none without a column for them."""
    known = {variable.name: variable for variable in codebook.variables}
    named = spelled(known)
    for line in sheet.lines:
        if (variable := known.get(named(line.name) or "")) is None:
            continue
        own = {rule.tag for rule in variable.missing if rule.tag}
        if lost := [f".{rule.tag}" for rule in tags_told(line.cells, variable) if rule.tag not in own]:
            text = say("No cell holds {tags}: what the codebook sheet says of it is not kept.", tags=lost)
            yield Finding(Severity.WARNING, "sheet_tags_unknown", text, variable.name)


def _unknown(line: Line, known: Iterable[str]) -> Finding:
    near = near_misses(line.name, known)
    text = both(
        say("The codebook sheet describes {variable}, which is not in the file.", variable=line.name),
        say("Did you mean {near}?", near=near[0]) if near else "",
    )
    return Finding(Severity.WARNING, "sheet_variable_unknown", text, line.name)


def _twice(lines: Iterable[Line], named: Callable[[str], str]) -> list[Problem]:
    seen: dict[str, int] = {}
    problems = []
    for line in lines:
        first = seen.setdefault(named(line.name) or line.name, line.number)
        if first != line.number:
            text = say("{variable} stands here and in line {first}.", variable=line.name, first=first)
            problems.append(Problem("variable_twice", text, where=line.where))
    return problems


def _merged(variable: Variable, row: Mapping[str, str], where: str, problems: list[Problem]) -> Variable:
    changes: dict[str, Any] = {name: row[name] for name in _PLAIN if row.get(name)}
    for kind, into in (("label", "labels"), ("question", "question")):
        told = {key.split("_", 1)[1]: text for key, text in row.items() if speaks(key, kind) and text}
        if told:
            changes[into] = {**_without_und(getattr(variable, into)), **told}
    for name, words in (("level", Level), ("role", Role)):
        if text := row.get(name, "").lower():
            _take_word(words, text, name, where, changes, problems)
    if (word := row.get("type", "").strip().lower()) and word not in TYPES:
        hint = say("One of {known}.", known=TYPES)
        problems.append(
            Problem("unknown_word", say("“{word}” is not a type.", word=word), where=where, hint=hint)
        )
    labels = _labels(variable, row, where, problems)
    missing = _missing(variable, row, labels, where, problems)
    absent = {rule.value for rule in missing} | tags_known(variable, row)
    codes = (Code(value, told) for value, told in labels.items())
    changes["codes"] = tuple(code for code in codes if code.value not in absent)
    return replace(variable, **changes, missing=missing)


def _without_und(labels: Mapping[str, str]) -> dict[str, str]:
    """A label in a known language replaces one of an undetermined language."""
    return {language: text for language, text in labels.items() if language != "und"}


def _take_word(
    words: Callable[[str], object],
    text: str,
    name: str,
    where: str,
    changes: dict[str, Any],
    problems: list[Problem],
) -> None:
    try:
        changes[name] = words(text)
    except ValueError:
        known = [str(word) for word in words]  # type: ignore[attr-defined]
        hint = say("One of {known}.", known=known)
        problems.append(
            Problem(
                "unknown_word", say("“{text}” is not a {name}.", text=text, name=name), where=where, hint=hint
            )
        )


def _labels(
    variable: Variable, row: Mapping[str, str], where: str, problems: list[Problem]
) -> dict[Scalar, dict[str, str]]:
    """The labels of codes, and of tags under ``.a``: the sheet's laid over those of the file."""
    by_value: dict[Scalar, dict[str, str]] = {code.value: dict(code.labels) for code in variable.codes}
    tags = tags_known(variable, row)
    by_value |= {f".{r.tag}": dict(r.labels) for r in variable.missing if r.tag and f".{r.tag}" in tags}
    for key, text in row.items():
        if text and speaks(key, "codes"):
            language = key.removeprefix("codes_")
            for value, label in _pairs(text, variable, where, problems, tags):
                by_value.setdefault(value, {})[language] = label
    return by_value


def _missing(
    variable: Variable,
    row: Mapping[str, str],
    laid: Mapping[Scalar, Mapping[str, str]],
    where: str,
    problems: list[Problem],
) -> tuple[MissingRule, ...]:
    """The sheet's rules, then those of the file that it does not speak of.

    A word that can be no value of the variable is one of its tags, or occurs nowhere in it.
    """
    labels = {rule.value: rule.labels for rule in variable.missing if rule.value is not None} | dict(laid)
    told, renamed, tags = [], dict[str, str](), list[MissingRule]()
    words = {word: rule.tag for rule in variable.missing if rule.tag for word in rule.labels.values()}
    for _, left, reason in rules_in(row.get("missing", "")):
        value = dated_value_of(left, variable)
        if value is not None:
            told.append(MissingRule(reason or code_reason(value), value=value, labels=labels.get(value, {})))
        elif tag := words.get(left):
            renamed[tag] = reason or code_reason(left)
    if variable.type is not ValueType.TEXT:  # numbers that could not be read as such have a remark already
        told += _ranges(row.get("missing_ranges", ""), where, problems)
    for part, left, reason in rules_in(row.get("missing_tags", "")):
        if not TAG.fullmatch(left):
            problems.append(_unreadable(part, where))
            continue
        tags.append(MissingRule(reason or "user_missing", tag=left[1]))
        if reason:
            renamed[left[1]] = reason
    problems += missing_twice(variable.name, [*told, *tags], where)
    values = {(rule.value, rule.low, rule.high) for rule in told}
    kept = (rule for rule in variable.missing if (rule.value, rule.low, rule.high) not in values or rule.tag)
    return tuple(told) + tuple(
        replace(rule, reason=renamed.get(rule.tag, rule.reason), labels=laid.get(f".{rule.tag}", rule.labels))
        if rule.tag
        else rule
        for rule in kept
    )


def _ranges(text: str, where: str, problems: list[Problem]) -> list[MissingRule]:
    found = []
    for part, left, reason in rules_in(text):
        if ends := span(left):
            found.append(MissingRule(reason or "user_missing", low=ends[0], high=ends[1]))
        else:
            problems.append(_unreadable(part, where, _WRITE_RANGE))
    return found


def _pairs(
    text: str, variable: Variable, where: str, problems: list[Problem], tags: Collection[str]
) -> list[tuple[Scalar, str]]:
    """``1=yes; 2=no`` or ``1, yes | 2, no``; ``tags`` stand among the codes: ``.a=apple``."""
    found: list[tuple[Scalar, str]] = []
    for part in parts_of(text):
        match = PAIR.match(part)
        is_tag = match is not None and match[1] in tags
        value = match[1] if match and is_tag else dated_value_of(match[1], variable) if match else None
        if match and value is not None:
            label = match[2].strip()
            if any(value == code and label != told for code, told in found):
                problems.append(code_twice(match[1], where))
            found.append((value, label))
        elif not _is_formula(part):
            problems.append(_unreadable(part, where))
    return found


def _unreadable(part: str, where: str, hint: str = "Write 1=yes; 2=no.") -> Problem:
    message = say("“{part}” is not a code and what it stands for.", part=part.strip()[:40])
    return Problem("unreadable_code", message, where=where, hint=hint)


def code_twice(code: str, where: str) -> Problem:
    """A code with two labels in one cell of a sheet, of which only one could stay."""
    message = say("The code {code} is given twice with different labels.", code=code.strip()[:40])
    return Problem("code_twice", message, where=where, hint="Leave one of the two labels.")


def missing_twice(variable: str, rules: Iterable[MissingRule], where: str) -> list[Problem]:
    """Missing codes, ranges and tags that are given twice: a cell is absent for one reason only."""
    counts = Counter((rule.value, rule.low, rule.high, rule.tag) for rule in rules)
    hint = "Leave one of the two reasons."
    return [
        Problem("missing_twice", _is_twice(variable, *key), where=where, hint=hint)
        for key, count in counts.items()
        if count > 1
    ]


def _is_twice(
    variable: str, value: Scalar | None, low: float | None, high: float | None, tag: str | None
) -> str:
    ends = ("" if end is None else f"{end:g}" for end in (low, high))
    code = str(value)[:40] if value is not None else f".{tag}" if tag else "..".join(ends)
    return say("{variable} gives the missing code {code} twice.", variable=variable, code=code)


def _is_formula(text: str) -> bool:
    return "[" in text  # REDCap keeps calculations in the column of choices


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
