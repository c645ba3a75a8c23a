"""A codebook sheet: a table with one line per variable, laid over what the file itself says.

Columns may be any of: variable, label_en, label_zh (any language), question_en ..., universe, level, role,
unit, group, note, codes (``1=yes; 2=no``, or codes_en, codes_zh) and missing (``-1=refused; -9``).
Headings of REDCap dictionaries are understood.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from surveys.core.absence import code_reason
from surveys.core.codebook import Code, Codebook, Level, MissingRule, Role, Scalar, ValueType, Variable
from surveys.core.findings import Finding, Severity
from surveys.core.problems import Problem, Refused, near_misses, refuse
from surveys.core.reading.delimited import find_delimiter
from surveys.core.reading.encodings import decide
from surveys.core.said import both, say
from surveys.core.spreadsheets import unguarded

_ALIASES = {
    "name": "variable", "variable_name": "variable", "var": "variable", "field_name": "variable",
    "variable_/_field_name": "variable", "field_label": "label", "variable_label": "label",
    "question_text": "question", "values": "codes", "value_labels": "codes", "choices": "codes",
    "select_choices_or_calculations": "codes", "choices,_calculations,_or_slider_labels": "codes",
    "missing_codes": "missing", "measure": "level", "measurement_level": "level", "block": "group",
    "form_name": "group", "field_note": "note", "notes": "note",
}  # fmt: skip
_PLAIN = ("universe", "unit", "group", "note")
_PAIR = re.compile(r"^\s*([^=,]+?)\s*(?:=|,)\s*(.*)$")


def lay_over(codebook: Codebook, path: Path, language: str) -> tuple[Codebook, list[Finding]]:
    """The codebook with the sheet's texts in place of the file's; what the sheet leaves empty stays.

    ``language`` is meant by columns without one.  Refuses a sheet without a column ``variable``, with a
    variable twice, or with words it cannot read; variables that the file does not have are remarked on.
    """
    rows = _rows(path, language)
    known = {variable.name: variable for variable in codebook.variables}
    by_fold = {name.casefold(): name for name in known}
    problems: list[Problem] = []
    findings: list[Finding] = []
    for line, row in rows:
        name = by_fold.get(row["variable"].casefold(), "")
        if name:
            known[name] = _merged(known[name], row, say("codebook sheet, line {line}", line=line), problems)
        else:
            near = near_misses(row["variable"], known)
            text = both(
                say(
                    "The codebook sheet describes {variable}, which is not in the file.",
                    variable=row["variable"],
                ),
                say("Did you mean {near}?", near=near[0]) if near else "",
            )
            findings.append(Finding(Severity.WARNING, "sheet_variable_unknown", text, row["variable"]))
    if problems:
        raise Refused(problems)
    return replace(codebook, variables=tuple(known.values())), findings


def _rows(path: Path, language: str) -> list[tuple[int, dict[str, str]]]:
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    text = data.decode(decide([data], utf8_is_expected=True).codec).replace("\0", "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=find_delimiter(text[: 256 << 10]))
    try:
        headings = [_heading(cell, language) for cell in next(reader, [])]
        lines = [(reader.line_num, [unguarded(cell).strip() for cell in row]) for row in reader if any(row)]
    except csv.Error as error:
        raise refuse(
            "unreadable_sheet", say("The codebook sheet cannot be read ({error}).", error=error)
        ) from error
    if "variable" not in headings:
        hint = "Its first line needs a column called variable."
        raise refuse(
            "unreadable_sheet", "The codebook sheet does not say which variables it is about.", hint=hint
        )
    rows = [(line, dict(zip(headings, cells, strict=False))) for line, cells in lines]
    rows = [(line, row) for line, row in rows if row.get("variable")]
    _refuse_twice(rows)
    return rows


def _heading(cell: str, language: str) -> str:
    plain = re.sub(r"\s+", "_", cell.strip().lower())
    plain = _ALIASES.get(plain, plain)
    return f"{plain}_{language}" if plain in ("label", "question", "codes") else plain


def _refuse_twice(rows: list[tuple[int, dict[str, str]]]) -> None:
    seen: dict[str, int] = {}
    problems = []
    for line, row in rows:
        first = seen.setdefault(row["variable"].casefold(), line)
        if first != line:
            text = say("{variable} stands here and in line {first}.", variable=row["variable"], first=first)
            problems.append(
                Problem("variable_twice", text, where=say("codebook sheet, line {line}", line=line))
            )
    if problems:
        raise Refused(problems)


def _merged(variable: Variable, row: Mapping[str, str], where: str, problems: list[Problem]) -> Variable:
    changes: dict[str, Any] = {name: row[name] for name in _PLAIN if row.get(name)}
    for kind, into in (("label", "labels"), ("question", "question")):
        told = {key.split("_", 1)[1]: text for key, text in row.items() if _speaks(key, kind) and text}
        if told:
            changes[into] = {**_without_und(getattr(variable, into)), **told}
    for name, words in (("level", Level), ("role", Role)):
        if text := row.get(name, "").lower():
            _take_word(words, text, name, where, changes, problems)
    codes = _codes(variable, row, where, problems)
    missing = _missing(variable, row, where, problems)
    absent = {rule.value for rule in missing}
    changes["codes"] = tuple(code for code in codes if code.value not in absent)
    return replace(variable, **changes, missing=missing)


def _without_und(labels: Mapping[str, str]) -> dict[str, str]:
    """A label in a known language replaces one of an undetermined language."""
    return {language: text for language, text in labels.items() if language != "und"}


def _speaks(key: str, kind: str) -> bool:
    return key.startswith(kind + "_") and len(key) > len(kind) + 1


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


def _codes(
    variable: Variable, row: Mapping[str, str], where: str, problems: list[Problem]
) -> tuple[Code, ...]:
    by_value: dict[Scalar, dict[str, str]] = {code.value: dict(code.labels) for code in variable.codes}
    for key, text in row.items():
        if text and _speaks(key, "codes"):
            language = key.removeprefix("codes_")
            for value, label in _pairs(text, variable, where, problems):
                by_value.setdefault(value, {})[language] = label
    return tuple(Code(value, labels) for value, labels in by_value.items())


def _missing(
    variable: Variable, row: Mapping[str, str], where: str, problems: list[Problem]
) -> tuple[MissingRule, ...]:
    if not row.get("missing"):
        return variable.missing
    labels = {code.value: code.labels for code in variable.codes}
    told = [
        MissingRule(reason or code_reason(value), value=value, labels=labels.get(value, {}))
        for value, reason in _pairs(row["missing"], variable, where, problems, bare=True)
    ]
    values = {rule.value for rule in told}
    return tuple(told) + tuple(
        rule for rule in variable.missing if rule.value is None or rule.value not in values
    )


def _pairs(
    text: str, variable: Variable, where: str, problems: list[Problem], *, bare: bool = False
) -> list[tuple[Scalar, str]]:
    """``1=yes; 2=no`` or ``1, yes | 2, no`` (and, where ``bare``, values alone)."""
    found: list[tuple[Scalar, str]] = []
    for part in re.split(r"[|\n]" if "|" in text else r"[;\n]", text):
        match = _PAIR.match(part)
        value = _value(match[1] if match else part.strip(), variable)
        if value is not None and (match or (bare and part.strip())):
            found.append((value, match[2].strip() if match else ""))
        elif part.strip() and not _is_formula(part):
            message = say("“{part}” is not a code and its label.", part=part.strip()[:40])
            problems.append(Problem("unreadable_code", message, where=where, hint="Write 1=yes; 2=no."))
    return found


def _is_formula(text: str) -> bool:
    return "[" in text  # REDCap keeps calculations in the column of choices


def _value(text: str, variable: Variable) -> Scalar | None:
    if variable.type is ValueType.TEXT or not variable.type.is_number:
        return text or None
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() else number
