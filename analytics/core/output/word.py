"""A table as a Word document: three rules, figures to the right, errors below, notes in small print."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING

from analytics.core.output.archive import write_archive
from analytics.core.output.table import Table, TableCell, letter, typeset
from surveys.core.writing.table import FIXED_TIME

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

LATIN, CHINESE = "Times New Roman", "SimSun"
SIZE, SMALL = 10.0, 8.5  # points
WIDE = 6  # columns beyond which the page lies on its side
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_THICK, _THIN = 12, 4  # eighths of a point


def as_docx(table: Table) -> bytes:
    """The document; the same table gives the same bytes."""
    from docx import Document as new  # takes long to import: only for who asks for Word

    document = new()
    _prepare(document, table)
    if table.title:
        _say(document.add_paragraph(), table.title, SIZE, bold=True)
    _fill(document, table)
    for mark, text in table.below():
        paragraph = document.add_paragraph()
        if mark:
            _say(paragraph, mark, SMALL, raised=True)
        _say(paragraph, text, SMALL)
    out = io.BytesIO()
    document.save(out)
    return _settled(out)


def _settled(made: io.BytesIO) -> bytes:
    """The archive with a fixed time in every member."""
    out = io.BytesIO()
    with zipfile.ZipFile(made) as archive:
        write_archive(out, [(name, archive.read(name)) for name in sorted(archive.namelist())])
    return out.getvalue()


def _prepare(document: Document, table: Table) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm, Pt

    about = document.core_properties
    about.title, about.author, about.comments = _clean(table.title), "Wavebook", ""
    about.created = about.modified = FIXED_TIME
    about.last_modified_by, about.revision = "", 1
    about.language = "zh-CN" if table.is_chinese else "en-GB"
    normal = document.styles["Normal"]
    normal.paragraph_format.space_after = Pt(0)
    section = document.sections[0]
    wide, high = Cm(21.0), Cm(29.7)
    if len(table.columns) > WIDE:
        section.orientation = WD_ORIENT.LANDSCAPE
        wide, high = high, wide
    section.page_width, section.page_height = wide, high
    section.left_margin = section.right_margin = Cm(2.0)


def _fill(document: Document, table: Table) -> None:
    heads = 2 if table.spans else 1
    lines = _lines(table)
    grid = document.add_table(rows=heads + len(lines), cols=len(table.columns) + 1)
    grid.autofit = True
    rows = [list(row.cells) for row in grid.rows]  # each look at a cell by its place walks the table again
    if table.spans:
        _spans(rows[0], table)
    for cell, text in zip(rows[heads - 1], ["", *table.columns], strict=True):
        _put(cell, text, right=bool(text))
    for cells, (label, figures, _apart) in zip(rows[heads:], lines, strict=True):
        _put(cells[0], label)
        for cell, figure in zip(cells[1:], figures, strict=True):
            _figure(cell, figure)
    _rules(rows, heads, [apart for _, _, apart in lines])
    for row in grid.rows[:heads]:
        _property(row._tr.get_or_add_trPr(), "w:tblHeader", val="true")
    for row in grid.rows:
        _property(row._tr.get_or_add_trPr(), "w:cantSplit", val="true")


def _lines(table: Table) -> list[tuple[str, Sequence[TableCell | None], bool]]:
    """(label, cells, whether a rule stands above) of every line but the headings."""
    found: list[tuple[str, Sequence[TableCell | None], bool]] = []
    for number, (heading, rows) in enumerate(table.parts):
        first = len(found)
        if heading:
            found.append((heading, [None] * len(table.columns), False))
        found += [(row.label, row.cells, False) for row in rows]
        if number:
            found[first] = (*found[first][:2], True)
    return found


def _spans(cells: list[_Cell], table: Table) -> None:
    place = 1
    for text, width in table.heads():
        cell = cells[place].merge(cells[place + width - 1]) if width > 1 else cells[place]
        if text:
            _put(cell, text, centre=True)
            _border(cell, bottom=_THIN)
        place += width


def _rules(rows: list[list[_Cell]], heads: int, apart: list[bool]) -> None:
    """Thick above and below, thin under the headings and between sections."""
    for cell in rows[0]:
        _border(cell, top=_THICK)
    for cell in rows[heads - 1]:
        _border(cell, bottom=_THIN)
    for cells, stands_apart in zip(rows[heads:], apart, strict=True):
        if stands_apart:
            for cell in cells:
                _border(cell, top=_THIN)
    for cell in rows[-1]:
        _border(cell, bottom=_THICK)


def _figure(cell: _Cell, figure: TableCell | None) -> None:
    if figure is None:
        return
    _put(cell, typeset(figure.figure), right=True)
    paragraph = cell.paragraphs[0]
    if figure.stars:
        _say(paragraph, figure.stars, SIZE, raised=True)
    for mark in figure.marks:
        _say(paragraph, letter(mark), SIZE, raised=True)
    if figure.below:
        _say(paragraph, "", SIZE).add_break()
        _say(paragraph, figure.below, SIZE)


def _put(cell: _Cell, text: str, right: bool = False, centre: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH as SIDE

    paragraph = cell.paragraphs[0]
    paragraph.alignment = SIDE.CENTER if centre else SIDE.RIGHT if right else SIDE.LEFT
    if text:
        _say(paragraph, text, SIZE)


def _say(paragraph: Paragraph, text: str, size: float, bold: bool = False, raised: bool = False) -> Run:
    """A run in both fonts: Word takes Chinese letters from the one for East Asian texts."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run = paragraph.add_run(_clean(text))
    run.font.name, run.font.size = LATIN, Pt(size)
    run.font.bold, run.font.superscript = bold or None, raised or None
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), CHINESE)
    return run


def _border(cell: _Cell, **sides: int) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    about = cell._tc.get_or_add_tcPr()
    borders = about.find(qn("w:tcBorders"))
    if borders is None:
        borders = OxmlElement("w:tcBorders")
        about.append(borders)
    for side in ("top", "bottom"):  # the order of the schema
        if side in sides:
            rule = OxmlElement(f"w:{side}")
            for name, value in (
                ("val", "single"),
                ("sz", str(sides[side])),
                ("space", "0"),
                ("color", "000000"),
            ):
                rule.set(qn(f"w:{name}"), value)
            borders.append(rule)


def _property(about: object, tag: str, val: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(tag)
    element.set(qn("w:val"), val)
    about.append(element)  # type: ignore[attr-defined]


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)
