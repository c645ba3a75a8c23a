"""A codebook given beside a file: a sheet, a DDI, a SAS catalogue or one whole; told apart by content."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from surveys.core.codebook import Codebook
from surveys.core.findings import Finding
from surveys.core.problems import Refused, refuse
from surveys.core.reading.ddi import lay_over_ddi
from surveys.core.reading.ddi_xml import looks_like_xml
from surveys.core.reading.options import ReadOptions
from surveys.core.reading.sas_labels import is_catalogue, lay_catalogue
from surveys.core.reading.sheet import lay_over
from surveys.core.reading.sheet_lines import SheetLines, read_lines
from surveys.core.reading.sheet_sets import with_sets
from surveys.core.reading.sheet_text import Named
from surveys.core.reading.sniff import sniff
from surveys.core.reading.whole import Whole, looks_whole, put_on_stored, read_whole
from surveys.core.said import say


class Given(StrEnum):
    SHEET = "sheet"
    DDI = "ddi"
    CATALOGUE = "catalogue"
    WHOLE = "whole"


_EXPECTED = say(
    "Give a codebook: a sheet (.csv or .xlsx), a REDCap dictionary, a DDI-Codebook (.xml), a SAS catalogue "
    "(.sas7bcat) or a whole codebook (.json)."
)


def given(path: Path) -> Given:
    """What a file given as a codebook is; a sheet may be a .csv, a workbook or a REDCap dictionary.

    Refuses what is none by its content, a data file first of all.
    """
    if is_catalogue(path):
        return Given.CATALOGUE
    with path.open("rb") as file:
        head = file.read(4096)
    if looks_whole(head):
        return Given.WHOLE
    if looks_like_xml(head):
        return Given.DDI
    _refuse_others(path)
    return Given.SHEET


def _refuse_others(path: Path) -> None:
    try:
        kind = sniff(path)
    except Refused as refused:
        raise Refused([replace(problem, hint=_EXPECTED) for problem in refused.problems]) from None
    if kind not in ("csv", "xlsx"):
        text = say("By its content this is a data file (.{kind}), not a codebook.", kind=kind)
        raise refuse("data_as_codebook", text, hint=_EXPECTED)


def whole_of(options: ReadOptions) -> Whole | None:
    """The whole codebook that was given; None where something else was, or nothing."""
    path = options.codebook_path
    return read_whole(path) if path is not None and given(path) is Given.WHOLE else None


def sheet_of(options: ReadOptions) -> SheetLines:
    """The lines of the sheet that was given; none where something else was, or nothing."""
    if options.codebook_path is None or given(options.codebook_path) is not Given.SHEET:
        return SheetLines()
    named = Named(options.codebook_encoding, options.encoding)
    return read_lines(options.codebook_path, options.language, options.missing_reasons, named)


def lay_document_over(codebook: Codebook, options: ReadOptions) -> tuple[Codebook, list[Finding]]:
    """The codebook with what a DDI or a catalogue says, and what was noticed; as it was without one."""
    path = options.codebook_path
    if path is not None and given(path) is Given.DDI:
        return lay_over_ddi(codebook, path, options.language)
    if path is not None and given(path) is Given.CATALOGUE:
        return lay_catalogue(codebook, path, options)
    return codebook, []


def lay_codebook_over(codebook: Codebook, options: ReadOptions) -> tuple[Codebook, list[Finding]]:
    """The codebook with all that is given says of its variables and sets, and what was noticed."""
    if (whole := whole_of(options)) is not None:
        return put_on_stored(codebook, whole), []
    sheet, found = sheet_of(options), list[Finding]()
    codebook = with_sets(lay_over(codebook, sheet, found), sheet)
    codebook, told = lay_document_over(codebook, options)
    return codebook, found + told
