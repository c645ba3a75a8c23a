"""A DDI-Codebook document laid over a file's own codebook: 1.2.2 to 2.6, tolerant, nothing lost silently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree.ElementTree import Element

from surveys.core.codebook import Codebook, ResponseSet, Role, Scalar, ValueType, Variable, text_in
from surveys.core.findings import Finding, Severity
from surveys.core.names import spelled
from surveys.core.problems import near_misses
from surveys.core.reading.ddi_variables import COUNTED_NOTE, KIND_NOTE, UNDERSTOOD, VarReader
from surveys.core.reading.ddi_xml import DdiDocument, parse_ddi, text_of
from surveys.core.reading.values import value_of
from surveys.core.said import both, say, say_n

MOST_NAMED = 20  # variables remarked on one by one


@dataclass(frozen=True)
class _Chosen:
    """The ``var`` of each variable of the file, by its name there, and where it comes from."""

    by_name: dict[str, Element]
    twice: list[str]  # described more than once, and nothing tells which is meant
    beyond: list[str]  # described for this file, but not in it
    elsewhere: int  # described for other files


def lay_over_ddi(codebook: Codebook, path: Path, language: str) -> tuple[Codebook, list[Finding]]:
    """The codebook with what the DDI at ``path`` says in its place; what the DDI does not say stays.

    ``language`` is meant by texts that name none.  Where the DDI describes several files, the one whose
    variables have this file's names is taken.  Refuses what cannot be read as DDI.
    """
    document = parse_ddi(path.read_bytes())
    reader = VarReader(document.language or language)
    chosen = _choose(document, codebook)
    findings = [*_on_files(document, chosen), *_on_names(codebook, chosen)]
    variables = tuple(
        reader.laid_over(variable, chosen.by_name[variable.name])
        if variable.name in chosen.by_name
        else variable
        for variable in codebook.variables
    )
    named = {var.get("ID"): name for name, var in chosen.by_name.items() if var.get("ID")}
    groups = _groups(document, reader, named, findings)
    variables = tuple(replace(v, group=groups.get(v.name, v.group)) for v in variables)
    sets = _sets(document, reader, named, variables, findings)
    weight = codebook.weight or _weight(variables)
    findings += [*reader.findings, *_on_left_out(document, chosen.by_name.values())]
    kept = tuple(one for one in codebook.sets if one.name not in {new.name for new in sets})
    return replace(codebook, variables=variables, sets=(*kept, *sets), weight=weight), findings


def _choose(document: DdiDocument, codebook: Codebook) -> _Chosen:
    named = spelled(codebook.names)
    found = [(var, _file_of(var), named(_name(var))) for var in document.variables]
    scores = Counter(file for _, file, name in found if name)
    by_name: dict[str, tuple[int, Element]] = {}
    times: dict[str, int] = {}
    for var, file, name in found:
        if name and (name not in by_name or scores[file] > by_name[name][0]):
            by_name[name] = (scores[file], var)
            times[name] = 1
        elif name:
            times[name] += scores[file] == by_name[name][0]
    twice = [name for name, count in times.items() if count > 1]
    taken = {_file_of(var) for _, var in by_name.values()}
    beyond = [_name(var) for var, file, name in found if not name and (file in taken or not taken)]
    elsewhere = sum(1 for _, file, name in found if not name and taken and file not in taken)
    return _Chosen({name: var for name, (_, var) in by_name.items()}, twice, beyond, elsewhere)


def _name(var: Element) -> str:
    return (var.get("name") or var.get("ID") or "").strip()


def _file_of(var: Element) -> str:
    return (var.get("files") or var.get("fileid") or "").split(" ")[0]


def _on_files(document: DdiDocument, chosen: _Chosen) -> Iterator[Finding]:
    if not document.variables:
        text = "The DDI describes no variables: it holds the description of a study only."
        yield Finding(Severity.WARNING, "ddi_without_variables", text)
    if len(document.files) < 2 or not chosen.by_name:
        return
    taken = {_file_of(var) for var in chosen.by_name.values()}
    names = [_file_name(one) for one in document.files if one.get("ID") in taken]
    count = len(document.files)
    text = say("The DDI describes {n} files; taken by the names of variables: {names}.", n=count, names=names)
    if chosen.elsewhere:
        left = say_n(
            chosen.elsewhere,
            "1 variable of another file was left aside.",
            "{n} variables of other files were left aside.",
            n=chosen.elsewhere,
        )
        text = both(text, left)
    yield Finding(Severity.INFO, "ddi_file_chosen", text)


def _file_name(file: Element) -> str:
    found = file.find("fileTxt/fileName")
    return (text_of(found) if found is not None else "") or file.get("ID", "")


def _on_names(codebook: Codebook, chosen: _Chosen) -> Iterator[Finding]:
    for name in chosen.beyond[:MOST_NAMED]:
        near = near_misses(name, codebook.names)
        text = both(
            say("The DDI describes {name}, which is not in the file.", name=name),
            say("Did you mean {near}?", near=near[0]) if near else "",
        )
        yield Finding(Severity.WARNING, "sheet_variable_unknown", text, name)
    if len(chosen.beyond) > MOST_NAMED:
        more = len(chosen.beyond) - MOST_NAMED
        text = say("The DDI describes {n} more variables that are not in the file.", n=more)
        yield Finding(Severity.WARNING, "sheet_variable_unknown", text)
    for name in chosen.twice[:MOST_NAMED]:
        text = "The DDI describes it more than once; the first description was taken."
        yield Finding(Severity.WARNING, "ddi_variable_twice", text, name)
    if len(chosen.twice) > MOST_NAMED:
        more = len(chosen.twice) - MOST_NAMED
        text = say("The DDI describes {n} more variables more than once.", n=more)
        yield Finding(Severity.WARNING, "ddi_variable_twice", text)
    without = [name for name in codebook.names if name not in chosen.by_name]
    for name in without[:MOST_NAMED]:
        yield Finding(Severity.WARNING, "sheet_variable_missing", "The DDI does not describe it.", name)
    if len(without) > MOST_NAMED:
        more = len(without) - MOST_NAMED
        text = say("The DDI does not describe {n} more variables of the file.", n=more)
        yield Finding(Severity.WARNING, "sheet_variable_missing", text)


def _is_set(group: Element) -> bool:
    return group.get("type") == "multipleResp"


def _groups(
    document: DdiDocument, reader: VarReader, named: dict[str | None, str], findings: list[Finding]
) -> dict[str, str]:
    """variable -> the labels of its groups from the outermost inwards; the first group counts."""
    parents = {
        child: group
        for group in document.groups
        for child in (group.get("varGrp") or "").split()
        if not _is_set(group)
    }
    found: dict[str, str] = {}
    left_out: set[str] = set()
    for group in document.groups:
        path = _path(group, parents, reader)
        for reference in (group.get("var") or "").split() if path and not _is_set(group) else ():
            name = named.get(reference)
            if name and found.setdefault(name, path) != path:
                left_out.add(name)
    for name in sorted(left_out)[:MOST_NAMED]:
        text = "The DDI has it in several groups; it is kept in the first."
        findings.append(Finding(Severity.INFO, "ddi_group_left_out", text, name))
    return found


def _path(group: Element, parents: dict[str, Element], reader: VarReader) -> str:
    parts: list[str] = []
    seen: set[int] = set()
    at: Element | None = group
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        parts.insert(0, _title(at, reader))
        at = parents.get(at.get("ID", ""))
    return " / ".join(filter(None, parts))


def _title(group: Element, reader: VarReader) -> str:
    return text_in(reader.labels(group), reader.language) or group.get("name", "")


def _sets(
    document: DdiDocument,
    reader: VarReader,
    named: dict[str | None, str],
    variables: Iterable[Variable],
    findings: list[Finding],
) -> tuple[ResponseSet, ...]:
    by_name = {variable.name: variable for variable in variables}
    found: dict[str, ResponseSet] = {}
    for group in filter(_is_set, document.groups):
        members = [by_name[named[one]] for one in (group.get("var") or "").split() if one in named]
        name = (group.get("name") or group.get("ID") or "").strip()
        if not members or not name:
            continue
        kind, counted = _kind(group, members)
        if _noted(group, KIND_NOTE) is None:
            text = say(
                "The response set {name} was taken as answers by category; the DDI does not say.", name=name
            )
            if kind == "D":
                text = say(
                    "The response set {name} was taken as answers ticked with {code}; the DDI does not say.",
                    name=name,
                    code=counted,
                )
            findings.append(Finding(Severity.INFO, "ddi_set_kind_assumed", text))
        names = tuple(member.name for member in members)
        found[name] = ResponseSet(name, kind, names, reader.labels(group), counted)
    return tuple(found.values())


def _kind(group: Element, members: list[Variable]) -> tuple[str, Scalar | None]:
    """How a set counts: as it says, else by its members' codes (at most two, 1 among them: ticked)."""
    told, counted = _noted(group, KIND_NOTE), _noted(group, COUNTED_NOTE)
    if told in ("C", "D", "E"):
        return told, None if counted is None else value_of(counted, _telling(members))
    codes = [{code.value for code in member.codes} for member in members]
    ticked = all(1 in values and len(values) <= 2 for values in codes)
    return ("D", 1) if ticked else ("C", None)


def _telling(members: list[Variable]) -> Variable:
    """A text member where there is one: the counted value is then text too."""
    return next((member for member in members if member.type is ValueType.TEXT), members[0])


def _noted(group: Element, kind: str) -> str | None:
    return next((text_of(note) for note in group.findall("notes") if note.get("type") == kind), None)


def _weight(variables: Iterable[Variable]) -> str:
    weights = [variable.name for variable in variables if variable.role is Role.WEIGHT]
    return weights[0] if len(weights) == 1 else ""


def _on_left_out(document: DdiDocument, taken: Iterable[Element]) -> Iterator[Finding]:
    """One remark on everything the document says that a codebook here does not hold."""
    counted: Counter[str] = Counter()
    for var in taken:
        counted.update(child.tag for child in var if child.tag not in UNDERSTOOD | {"txt"})
    if counted:
        parts = [f"{tag} ({n})" for tag, n in sorted(counted.items())]
        text = say(
            "Elements of variables that have no place in the codebook were left out: {parts}.", parts=parts
        )
        yield Finding(Severity.WARNING, "ddi_left_out", text)
    if any(var.find("sumStat") is not None or var.find("catgry/catStat") is not None for var in taken):
        text = "Frequencies and statistics of the DDI were left out: they are counted from the file itself."
        yield Finding(Severity.INFO, "ddi_statistics_left_out", text)
    sections = [tag for tag, n in sorted(document.left_out.items()) if n]
    if sections:
        text = say("The DDI's descriptions of study and document were left out: {parts}.", parts=sections)
        yield Finding(Severity.INFO, "ddi_sections_left_out", text)
