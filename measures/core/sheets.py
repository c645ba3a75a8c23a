"""Measures as a sheet with one line each, to be edited together and given back.

A cell is compared as text with what the sheet would have said of the version it names: only what was edited
counts, and an emptied cell takes its text away.  Columns: ``measure``, ``seen`` (the version and a short hash
of its wording), ``rule``, ``label_en`` …, ``value_labels_en`` … (``1=yes | 0=no``), ``concept``,
``definition`` and ``universe`` (with ``_en`` … where they are told by language), ``level``, ``unit``,
``sign``, ``citation``, ``examples`` (one per line) and ``note`` (what changed and why).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from measures.core.wording import per_language
from surveys.core.codebook import fingerprint
from surveys.core.plain_yaml import read_plain
from surveys.core.problems import Problem, Refused, near_misses
from surveys.core.said import say

TOLD = ("concept", "definition", "universe")  # a text, or texts by language
PLAIN = ("rule", "level", "unit", "sign", "citation", "examples", "note")
MOST_DIGITS = 400  # characters of a labelled number; no double has more
_SPOKEN = ("label", "value_labels", *TOLD)
_HEADING = re.compile(rf"({'|'.join(_SPOKEN)})_([a-zA-Z][\w-]*)")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_NEXT = re.compile(
    r';\s*(?:-?[0-9]+(?:\.[0-9]+)?|"[^"]*")\s*='
)  # a second pair, as codebook sheets part them
_PAIR = re.compile(r'(?:^|[|\n])\s*("(?:[^"\\]|\\.)*"(?=\s*=))?([^|\n]*)')
Cells = dict[str, str]
Fields = dict[str, Any]  # the keywords with which a draft is saved


@dataclass(frozen=True)
class Edit:
    """One cell that was edited."""

    column: str
    old: str
    new: str


@dataclass
class SheetLine:
    """What a sheet says of one measure: only columns that it has."""

    name: str
    seen: str
    cells: Cells
    where: str
    problems: list[Problem] = field(default_factory=list)


def columns(languages: Iterable[str]) -> tuple[str, ...]:
    """The headings, in their order, with a column for each language."""
    spoken = tuple(dict.fromkeys(languages))
    by_language = [f"{kind}_{code}" for kind in ("label", "value_labels") for code in spoken]
    told = [name for kind in TOLD for name in (kind, *(f"{kind}_{code}" for code in spoken))]
    return ("measure", "seen", "rule", *by_language, *told, *PLAIN[1:])


def cells(fields: Mapping[str, Any]) -> Cells:
    """The cells of a wording (as ``save_draft`` takes it); cells without text are left out."""
    found = {name: str(fields.get(name, "")) for name in PLAIN if name != "examples"}
    found |= {f"label_{code}": text for code, text in fields["labels"].items()}
    found["examples"] = "\n".join(f"- {json.dumps(one, ensure_ascii=False)}" for one in fields["examples"])
    for code in dict.fromkeys(code for one in fields["value_labels"] for code in one.get("labels", {})):
        found[f"value_labels_{code}"] = _pairs_text(fields["value_labels"], code)
    for name in TOLD:
        told = fields.get(name, "")
        if isinstance(told, Mapping):
            found |= {f"{name}_{code}": text for code, text in told.items()}
        else:
            found[name] = told
    return {name: plain for name, text in found.items() if (plain := as_compared(text))}


def as_compared(text: str) -> str:
    """A cell as it is compared: line ends of one kind, no white space around."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def wording_hash(told: Mapping[str, str]) -> str:
    """Eight characters that tell one wording from another."""
    return fingerprint(dict(told))[:8]


def as_written(told: Cells, line: SheetLine) -> Cells:
    """The cells of a version as the sheet had them, which tells a hash of its wording beside the version.

    The concept is the measure's own and has no versions, so ``told`` has the present one.  Where the sheet
    was written with another, it is the one that the line gives back; of one edited too nothing is known.
    """
    written, stated = line.seen.partition(" ")[2], _concept(line.cells)
    if not written or written == wording_hash(told) or stated == _concept(told):
        return told
    others = {name: text for name, text in told.items() if name not in _concept(told)}
    if wording_hash(others | stated) == written:
        return others | stated
    return others | {name: text for name, text in _concept(told).items() if stated.get(name) == text}


def _concept(told: Mapping[str, str]) -> Cells:
    plain = {name: as_compared(text) for name, text in told.items() if _parted(name)[0] == "concept"}
    return {name: text for name, text in plain.items() if text}


def edits(line: SheetLine, base: Mapping[str, str]) -> list[Edit]:
    """The cells of a line that say otherwise than ``base``."""
    return [
        Edit(name, base.get(name, ""), new)
        for name, text in line.cells.items()
        if (new := as_compared(text)) != base.get(name, "")
    ]


def sheet_lines(rows: list[tuple[int, list[str]]]) -> list[SheetLine]:
    """The lines of a sheet that name a measure; Refused with unknown headings.

    A line whose measure an earlier line names has that as its problem, beside whatever is wrong elsewhere.
    """
    headings = [cell.strip() for cell in (rows[0][1] if rows else [])]
    if "measure" not in headings:
        hint = "Its first line needs a column called measure; download the sheet and edit that."
        message = "The sheet does not say which measures it is about."
        raise Refused([Problem("unreadable_sheet", message, "", hint)])
    problems = [_unknown(name) for name in headings if name and not is_heading(name)]
    lines: list[SheetLine] = []
    first: dict[str, str] = {}  # measure -> where it stands
    for number, row in rows[1:]:
        told = {name: cell for name, cell in zip(headings, row, strict=False) if name}
        told |= {name: "" for name in headings[len(row) :] if name}
        name, seen = told.pop("measure", "").strip(), told.pop("seen", "").strip()
        where = say("line {line}", line=number)
        if not name:
            continue
        lines.append(SheetLine(name, seen, told, where))
        if first.setdefault(name, where) != where:
            message = say("{name} stands here and in {first}.", name=name, first=first[name])
            lines[-1].problems.append(Problem("measure_twice", message, where))
    if problems:
        raise Refused([*problems, *(problem for line in lines for problem in line.problems)])
    return lines


def is_heading(name: str) -> bool:
    """Whether a heading is one that a sheet of measures may have."""
    return name in ("measure", "seen", *PLAIN, *TOLD) or _HEADING.fullmatch(name) is not None


def _unknown(name: str) -> Problem:
    near = near_misses(name, columns(("en", "zh")))
    return Problem("unknown_column", say("“{name}” is no column of this sheet.", name=name), near=near)


def edited(fields: Fields, changed: Iterable[Edit], line: SheetLine) -> Fields:
    """The wording with the edited cells in it; what cannot be read is told in ``line.problems``."""
    result = {**fields, "labels": dict(fields["labels"]), "value_labels": list(fields["value_labels"])}
    for one in changed:
        kind, language = _parted(one.column)
        if kind == "label":
            _set(result["labels"], language, one.new)
        elif kind == "value_labels":
            result["value_labels"] = _relabelled(result["value_labels"], language, one.new, line)
        elif kind in TOLD:
            result[kind] = _told(result.get(kind, ""), language, one.new)
            if kind == "concept" and not result[kind]:
                message = "The concept of a measure can be changed here, and not taken away."
                line.problems.append(Problem("no_concept", message, line.name))
        elif kind == "examples":
            result["examples"] = _examples(one.new, line)
        else:
            result[kind] = one.new or ("unknown" if kind == "level" else "")
    return result


def _parted(column: str) -> tuple[str, str]:
    found = _HEADING.fullmatch(column)
    return (found[1], found[2]) if found else (column, "")


def _set(labels: dict[str, str], language: str, text: str) -> None:
    if text:
        labels[language] = text
    else:
        labels.pop(language, None)


def _told(before: str | Mapping[str, str], language: str, text: str) -> str | dict[str, str]:
    """A text without a language is the English one once there are others."""
    if not language and not isinstance(before, Mapping):
        return text
    texts = dict(before) if isinstance(before, Mapping) else {"en": before} if before else {}
    _set(texts, language or "en", text)
    return per_language(texts) or ""


def _pairs_text(value_labels: Iterable[Mapping[str, Any]], language: str) -> str:
    pairs = [
        f"{_value_text(one['value'])}={_label_text(text)}"
        for one in value_labels
        if (text := one.get("labels", {}).get(language))
    ]
    return " | ".join(pairs)


def _label_text(text: str) -> str:
    """A value label on one line, without the sign that parts it from the next."""
    return " ".join(text.split()).replace("|", "/")


def _value_text(value: Any) -> str:
    """A labelled value; a text that reads as a number, or holds a sign of the cell, stands in quotes."""
    if isinstance(value, str):
        is_odd = _NUMBER.fullmatch(value) or set(value) & set('=|"')
        return json.dumps(value, ensure_ascii=False) if is_odd else value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{Decimal(repr(value)):f}"  # never 1e-07
    return str(value)


def _relabelled(
    value_labels: list[dict[str, Any]], language: str, text: str, line: SheetLine
) -> list[dict[str, Any]]:
    """Value labels with those of one language as the cell has them; values without any label go.

    A label that the cell tells as it was is left as it was, also where a cell cannot hold all its signs.
    """
    told, found, before = _pairs(text, line), {}, {}
    for one in value_labels:
        labels = dict(one.get("labels", {}))
        before[_key(one["value"])] = labels.pop(language, "")
        found[_key(one["value"])] = {"value": one["value"], "labels": labels}
    for value, label in told:
        key, kept = _key(value), before.get(_key(value), "")
        is_as_it_was = _label_text(kept) == label
        found.setdefault(key, {"value": value, "labels": {}})["labels"][language] = (
            kept if is_as_it_was else label
        )
    return [one for one in found.values() if one["labels"]]


def _key(value: Any) -> tuple[bool, Any]:
    return isinstance(value, str), value


def _pairs(text: str, line: SheetLine) -> list[tuple[Any, str]]:
    found = []
    for part in _PAIR.finditer(text):
        left, _, label = part[2].partition("=")
        value = part[1] or left.strip()
        if not part[0].strip("|\n "):
            continue
        is_several = bool(_NEXT.search(label))
        if "=" not in part[2] or not value or not label.strip() or is_several:
            message = say("“{part}” is not a value and its label.", part=part[0].strip("|\n ")[:40])
            if is_several:
                message = say("“{part}” looks like several values.", part=part[0].strip("|\n ")[:40])
            line.problems.append(Problem("unreadable_label", message, line.name, "Write 1=yes | 0=no."))
            continue
        found.append((_value(value), label.strip()))
    return found


def _value(text: str) -> int | float | str:
    if text.startswith('"'):
        try:
            read = json.loads(text)
        except ValueError:
            return text
        return read if isinstance(read, str) else text
    if not _NUMBER.fullmatch(text) or len(text) > MOST_DIGITS:
        return text
    exact = Decimal(text)  # a double has no room for every whole number of a codebook
    return int(exact) if exact == exact.to_integral_value() else float(text)


def _examples(text: str, line: SheetLine) -> list[Any]:
    try:
        read = read_plain(text) if text else []
    except Refused as refused:
        line.problems += [Problem(one.code, one.message, line.name, one.hint) for one in refused.problems]
        return []
    if not isinstance(read, list):
        message = "Worked examples are written one per line, as in “- {given: {x: 1}, then: 1}”."
        line.problems.append(Problem("bad_examples", message, line.name))
        return []
    return read
