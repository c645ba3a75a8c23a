"""A codebook as DDI-Codebook 2.5: study, file, groups; the variables are in ``ddi_variables``.

Elements stand in the order that the schema wants.  The same version gives the same bytes.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from pathlib import Path

from surveys.core.codebook import ResponseSet, text_in
from surveys.core.writing.ddi_parts import add, add_labels, legal, wording
from surveys.core.writing.ddi_variables import add_variable
from surveys.core.writing.table import About, ExportTable, Loss

NAMESPACE = "ddi:codebook:2_5"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA = "http://www.ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd"
FILE = "F1"


def write_ddi(table: ExportTable, path: Path, language: str) -> list[Loss]:
    """Writes the codebook of exactly this version, valid against the schema of DDI-Codebook 2.5.

    Labels are written in every language; ``language`` decides which title comes first.  Frequencies are those
    that everyone who sees the codebook may know.  Returns what XML cannot carry.
    """
    about = table.about
    assert about is not None, "a codebook needs to know what it is about"
    root = ET.Element(
        "codeBook",
        {
            "xmlns": NAMESPACE,
            "xmlns:xsi": _XSI,
            "xsi:schemaLocation": f"{NAMESPACE} {_SCHEMA}",
            "version": "2.5",
        },
    )
    _document(root, table, about, language)
    _study(root, table, about, language)
    _file(root, table, about)
    data = add(root, "dataDscr")
    ids = {variable.name: f"V{number}" for number, variable in enumerate(table.codebook.variables, 1)}
    _groups(data, table, ids)
    _sets(data, table.codebook.sets, ids)
    for variable, counted in zip(table.codebook.variables, about.counted, strict=True):
        is_weight = variable.name == table.codebook.weight
        add_variable(data, variable, counted, ids, about.derived.get(variable.name), is_weight=is_weight)
    ET.indent(root, " ")
    text = ET.tostring(root, encoding="unicode")
    path.write_bytes(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode())
    return list(_losses(table))


def _titles(parent: ET.Element, about: About, table: ExportTable, language: str, lead: str) -> None:
    statement = add(parent, "titlStmt")
    mark = " [synthetic data]" if table.is_synthetic else ""
    first = text_in(about.titles, language) or about.name
    spoken = next((code for code, title in about.titles.items() if title == first), "")
    add(statement, "titl", f"{lead}{first}{mark}", language=spoken)
    for code, title in sorted(about.titles.items()):
        if title and title != first:
            add(statement, "parTitl", title, language=code)
    add(statement, "IDNo", about.name, agency="Wavebook")


def _citation(parent: ET.Element, about: About, table: ExportTable, language: str, lead: str = "") -> None:
    citation = add(parent, "citation")
    _titles(citation, about, table, language, lead)
    made = about.made.isoformat()
    add(add(citation, "verStmt"), "version", about.name, date=made, type="version")
    if table.citation:
        add(citation, "biblCit", table.citation)


def _document(root: ET.Element, table: ExportTable, about: About, language: str) -> None:
    _citation(add(root, "docDscr"), about, table, language, "Codebook: ")


def _study(root: ET.Element, table: ExportTable, about: About, language: str) -> None:
    study = add(root, "stdyDscr")
    _citation(study, about, table, language)
    if any(about.abstract.values()):
        add_labels(add(study, "stdyInfo"), "abstract", about.abstract)
    if about.licence or table.citation:
        use = add(add(study, "dataAccs"), "useStmt")
        if table.citation:
            add(use, "citReq", f"Cite as: {table.citation}")
        if about.licence:
            add(use, "conditions", about.licence)
    if table.is_synthetic:
        for code, text in wording("synthetic").items():
            add(study, "notes", text, language=code, type="synthetic")
    for erratum in about.errata:
        for code, text in erratum.items():
            add(study, "notes", text, language=code, type="erratum")


def _file(root: ET.Element, table: ExportTable, about: About) -> None:
    described = add(root, "fileDscr", ID=FILE)
    text = add(described, "fileTxt")
    add(text, "fileName", about.name)
    fingerprint = add(text, "dataFingerprint", type="data")
    add(fingerprint, "digitalFingerprintValue", about.content_hash)
    add(fingerprint, "algorithmSpecification", "SHA-256 of the logical content (Wavebook)")
    labels = {code: label for code, label in table.codebook.labels.items() if label}
    for code in list(labels)[:1]:  # the schema takes one; the others are notes
        add(text, "fileCont", labels.pop(code), language=code)
    size = add(text, "dimensns")
    add(size, "caseQnty", str(table.rows))
    add(size, "varQnty", str(len(table.codebook.variables)))
    add(described, "notes", about.codebook_hash, type="codebook hash", subject="SHA-256 of the codebook")
    for code, label in labels.items():
        add(described, "notes", label, language=code, type="file label")
    for note in table.codebook.notes:
        add(described, "notes", note)


def _groups(data: ET.Element, table: ExportTable, ids: Mapping[str, str]) -> None:
    members: dict[str, list[str]] = {}
    for variable in table.codebook.variables:
        if variable.group:
            members.setdefault(variable.group, []).append(ids[variable.name])
    for number, (group, names) in enumerate(members.items(), 1):
        element = add(data, "varGrp", ID=f"G{number}", type="section", var=" ".join(names))
        add(element, "labl", group)


def _sets(data: ET.Element, sets: tuple[ResponseSet, ...], ids: Mapping[str, str]) -> None:
    for number, one in enumerate(sets, 1):
        references = " ".join(ids[name] for name in one.variables if name in ids)
        given = {"ID": f"S{number}", "type": "multipleResp", "var": references, "name": legal(one.name)}
        group = add(data, "varGrp", **given)
        add_labels(group, "labl", one.labels)
        add(group, "notes", one.kind, type="set kind")
        if one.counted_value is not None:
            add(group, "notes", str(one.counted_value), type="counted value")


def _losses(table: ExportTable) -> Iterator[Loss]:
    for variable in table.codebook.variables:
        texts = [variable.note, variable.universe, variable.group, *variable.labels.values()]
        if any(legal(text) != text for text in texts):
            why = "Characters that XML does not know were left out."
            yield Loss(variable.name, "character_dropped", why)
