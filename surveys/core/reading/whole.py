"""A codebook given whole, as JSON: taken exactly as it is, where it is one of this very file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

from surveys.core.codebook import Codebook, Role, ValueType, Variable, as_json, codebook_from_json
from surveys.core.limits import fits
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.reading.sheet import missing_twice
from surveys.core.reading.sheet_lines import Line, SheetLines
from surveys.core.said import say
from surveys.core.storable import LEAST, MOST
from surveys.core.whole_codebook import FORMAT, READ_AS, VERSION

MOST_BYTES = 1 << 29
MOST_TOLD = 20
_DECIDING = (
    "type",
    "missing",
    "split",
    "empty",
    "reasons_of",
)  # cells of a sheet that decide how a flat file is read


@dataclass(frozen=True)
class Whole:
    """The codebook, and the lines of a sheet that decided how the cells of a flat file were read."""

    codebook: Codebook
    read_as: tuple[Mapping[str, str], ...] = ()

    @property
    def key(self) -> str:
        """The variable that tells the records apart; "" when none has that role."""
        return next((v.name for v in self.codebook.variables if v.role is Role.KEY), "")

    def lines(self) -> SheetLines:
        """The deciding lines; a variable without one keeps its type."""
        told = {line["variable"]: line for line in self.read_as}
        made = {v.name for name, line in told.items() if line.get("split") for v in self._parts(name)}
        plain = [v for v in self.codebook.variables if v.name not in told and v.name not in made]
        cells = [*self.read_as, *({"variable": v.name, "type": v.type.value} for v in plain)]
        return SheetLines(tuple(Line(number, one) for number, one in enumerate(cells, 1)))

    def _parts(self, name: str) -> Iterator[Variable]:
        start = f"{name}___"
        return (variable for variable in self.codebook.variables if variable.name.startswith(start))


def deciding(sheet: SheetLines) -> list[dict[str, str]]:
    """What a sheet says that a codebook does not: the types of cells, words for missing, what is split."""
    found = []
    for line in sheet.lines:
        is_split = bool(line.cells.get("split"))
        wanted = {name: text for name, text in line.cells.items() if text and _decides(name, is_split)}
        if wanted:
            found.append({"variable": line.name, **wanted})
    return found


def _decides(name: str, is_split: bool) -> bool:
    return name in _DECIDING or (is_split and name.startswith("codes"))


def looks_whole(head: bytes) -> bool:
    """Whether a file given as a codebook is JSON."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def read_whole(path: Path) -> Whole:
    """The codebook at ``path``; refused when it is not one that was written here, or not whole."""
    if path.stat().st_size > MOST_BYTES:
        raise _no_codebook(say("it is too large"))
    try:
        told = json.loads(path.read_text("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise _no_codebook(say("it is no JSON in UTF-8")) from None
    if not isinstance(told, dict) or told.get(FORMAT) != VERSION:
        raise _no_codebook(say("it does not begin with {name}: {version}", name=FORMAT, version=VERSION))
    try:
        codebook, read_as = codebook_from_json(told), told.get(READ_AS, [])
        broken = _broken(codebook)
        json.dumps(told, ensure_ascii=False).encode()  # half a character is no text
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _no_codebook(say("a part of it is missing or of another kind")) from None
    if (
        broken
        or not isinstance(read_as, list)
        or not all(isinstance(line, dict) and _are_texts(line) for line in read_as)
    ):
        raise _no_codebook(say("{name} is not described as a variable is", name=broken or READ_AS))
    if twice := [p for v in codebook.variables for p in missing_twice(v.name, v.missing, "")]:
        raise Refused(twice[:MOST_TOLD])
    return Whole(codebook, tuple(line for line in read_as if line.get("variable")))


def put_on(codebook: Codebook, whole: Whole) -> Codebook:
    """The whole codebook in place of the file's; refused where names or types are not those of the file."""
    told = whole.codebook
    if told.names != codebook.names:
        raise Refused(list(_other_names(codebook.names, told.names)))
    pairs = zip(codebook.variables, told.variables, strict=True)
    problems = [_other_type(is_, said) for is_, said in pairs if is_.type is not said.type]
    if problems:
        raise Refused(problems[:MOST_TOLD])
    return told


def put_on_stored(codebook: Codebook, whole: Whole) -> Codebook:
    """As :func:`put_on` for a version that is there: label and notes of its file stay the file's."""
    told = put_on(codebook, whole)
    return replace(told, labels=codebook.labels, notes=codebook.notes)


_ITS_OWN = say("Give the codebook that was written beside this very file, or a codebook sheet.")


def _other_names(file: tuple[str, ...], told: tuple[str, ...]) -> Iterator[Problem]:
    missing, extra = [n for n in file if n not in set(told)], [n for n in told if n not in set(file)]
    if missing:
        text = say("The codebook does not describe {names}.", names=missing[:MOST_TOLD])
        yield Problem("codebook_of_another_file", text, hint=_ITS_OWN)
    if extra:
        text = say("The codebook describes {names}, not in the file.", names=extra[:MOST_TOLD])
        yield Problem("codebook_of_another_file", text, hint=_ITS_OWN)
    if not (missing or extra):
        text = "The codebook describes the variables in another order than the file."
        yield Problem("codebook_of_another_file", text, hint=_ITS_OWN)


def _other_type(file: Variable, told: Variable) -> Problem:
    text = say("The codebook calls it {told}; in the file it is {file}.", told=told.type, file=file.type)
    return Problem("codebook_of_another_file", text, where=file.name, hint=_ITS_OWN)


def _broken(codebook: Codebook) -> str:
    """The name of the first variable or set that holds something else than it should; '' when none does."""
    if not _are_texts({**codebook.labels, "weight": codebook.weight}) or not _are_all_texts(codebook.notes):
        return say("the file")
    if codebook.weight and codebook.weight not in codebook.names:
        return say("the file")
    for variable in codebook.variables:
        if not _is_sound(variable):
            return str(variable.name)
    names = [one.name for one in codebook.sets]
    for one in codebook.sets:
        if one.kind not in ("C", "D", "E") or names.count(one.name) > 1:
            return str(one.name)
        is_known = set(one.variables) <= set(codebook.names) and _is_scalar(one.counted_value, None)
        if not (_are_texts(one.labels) and _are_all_texts((one.name, one.kind)) and is_known):
            return str(one.name)
    return ""


def _is_sound(variable: Variable) -> bool:
    plain = {name: value for name, value in as_json(variable).items() if name not in _PARTS}
    labelled = [variable.labels, variable.question, *(one.labels for one in variable.codes)]
    labelled += [rule.labels for rule in variable.missing]
    values = [code.value for code in variable.codes] + [rule.value for rule in variable.missing]
    ends = [end for rule in variable.missing for end in (rule.low, rule.high)]
    return (
        _are_texts(plain)
        and all(map(_are_texts, labelled))
        and all(_is_scalar(value, variable.type) for value in values)
        and all(end is None or _is_number(end) for end in ends)
        and not any(_is_turned(rule.low, rule.high) for rule in variable.missing)
        and len({code.value for code in variable.codes}) == len(variable.codes)
        and all(isinstance(rule.reason, str) and _is_tag(rule.tag) for rule in variable.missing)
        and all(code.value is not None for code in variable.codes)
        and (variable.limits is None or fits(variable.limits, variable.type))
    )


_PARTS = ("labels", "question", "codes", "missing", "limits")


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool) and LEAST <= value <= MOST


def _is_turned(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and low > high


def _is_scalar(value: Any, type_: ValueType | None) -> bool:
    """A code as a column of this type can hold it; None where no code stands."""
    if value is None:
        return True
    if type_ is ValueType.TEXT:
        return isinstance(value, str)
    return _is_number(value) or (isinstance(value, str) and (type_ is None or not type_.is_number))


def _is_tag(tag: Any) -> bool:
    return tag is None or (isinstance(tag, str) and len(tag) == 1)


def _are_all_texts(things: Any) -> bool:
    return all(isinstance(thing, str) for thing in things)


def _are_texts(told: Any) -> bool:
    return isinstance(told, Mapping) and _are_all_texts(told.values())


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _no_codebook(why: str) -> Refused:
    return refuse(
        "unreadable_codebook",
        say("This JSON file is not a whole codebook: {why}.", why=why),
        hint=_ITS_OWN,
    )
