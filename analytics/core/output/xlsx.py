"""A table as a workbook: figures are numbers with a format that shows them as printed, nothing is a formula.

A cell of several numbers, as “363 (10.1) [0.68]”, is a text.  The second sheet holds the same figures
unrounded, one a line, each number of such a cell on its own.  Members of the archive have a fixed time, so
the same table gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from html import escape

from analytics.core.output.archive import write_archive
from analytics.core.output.table import Table, TableCell, is_number, spread
from surveys.core.writing.xlsx_parts import HEAD, MAIN, parts

SHEETS = ("table", "figures")
TIDY = ("row", "label", "section", "column", "shown", "value", "error", "stars", "part")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_OWN_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FIRST_FREE = 164  # numbers of number formats below are Excel's own
_MARKED = "‡†"  # marks that stand at the end of a figure
_MOST = 32_767  # characters of a cell

Line = list[str]  # cells as XML


def as_xlsx(table: Table) -> bytes:
    """The workbook: the table as printed with its notes below, and its figures line by line."""
    formats = _Formats()
    sheets = [_sheet(_printed(table, formats), _columns(table)), _sheet(_tidy(table), "")]
    members = {name: text.encode() for name, text in parts(_xml(table.title), "", SHEETS).items()}
    members["xl/styles.xml"] = formats.styles().encode()
    members |= {f"xl/worksheets/sheet{n}.xml": text.encode() for n, text in enumerate(sheets, 1)}
    out = io.BytesIO()
    write_archive(out, members.items(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


class _Formats:
    """Number formats in the order they are first asked for, each with its number as a style."""

    def __init__(self) -> None:
        self.codes: dict[str, int] = {"General": 0}

    def style(self, code: str) -> int:
        return self.codes.setdefault(code, len(self.codes))

    def styles(self) -> str:
        own = list(self.codes)[1:]
        listed = "".join(
            f'<numFmt numFmtId="{_FIRST_FREE + at}" formatCode="{escape(code)}"/>'
            for at, code in enumerate(own)
        )
        cells = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' + "".join(
            f'<xf numFmtId="{_FIRST_FREE + at}" fontId="0" fillId="0" borderId="0" applyNumberFormat="1" '
            'applyAlignment="1" xfId="0"><alignment horizontal="right"/></xf>'
            for at in range(len(own))
        )
        return (
            f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="{len(own)}">{listed}</numFmts>'
            '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
            '<fills count="2"><fill><patternFill patternType="none"/></fill>'
            '<fill><patternFill patternType="gray125"/></fill></fills>'
            '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
            '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
            f'<cellXfs count="{len(self.codes)}">{cells}</cellXfs>'
            '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
            "</styleSheet>"
        ).replace('<numFmts count="0"></numFmts>', "")


def number_format(shown: str, after: str = "", around: bool = False) -> str:
    """The number format that prints a number as ``shown``: its decimals and thousands; ``after`` behind it.

    Numbers shown with an exponent keep it.
    """
    plain = shown.strip("()")
    mantissa, _, exponent = plain.partition("e")
    decimals = len(mantissa.partition(".")[2])
    code = ("#,##0" if "," in mantissa else "0") + ("." + "0" * decimals if decimals else "")
    code += "E+00" if exponent else ""
    quoted = after.replace('"', "")
    return f'"("{code}")"' if around else code + (f'"{quoted}"' if quoted else "")


def _printed(table: Table, formats: _Formats) -> Iterator[Line]:
    if table.title:
        yield [_text(table.title)]
    if table.spans:
        yield [_empty(), *(_text(text) for text in spread(table.heads()))]
    yield [_empty(), *map(_text, table.columns)]
    for heading, rows in table.parts:
        if heading:
            yield [_text(heading)]
        for row in rows:
            yield [_text(row.label), *(_figure(cell, formats) for cell in row.cells)]
            if any(cell is not None and cell.below for cell in row.cells):
                yield [_empty(), *(_error(cell, formats) for cell in row.cells)]
    yield []
    yield from ([_text(line)] for line in table.lines_below())


def _figure(cell: TableCell | None, formats: _Formats) -> str:
    if cell is None:
        return _empty()
    shown = cell.figure.rstrip(_MARKED)
    if cell.value is None or cell.parts or not is_number(shown):
        return _text(cell.text)
    after = cell.figure[len(shown) :] + cell.after
    return _number(cell.value, formats.style(number_format(shown, after)))


def _error(cell: TableCell | None, formats: _Formats) -> str:
    if cell is None or not cell.below:
        return _empty()
    return _number(cell.error, formats.style(number_format(cell.below, around=True)))


def _tidy(table: Table) -> Iterator[Line]:
    yield [_text(name) for name in TIDY]
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=True):
            if cell is not None:
                told = [*map(_text, (row.key, row.label, row.section, column, cell.text))]
                yield from ([*told, *own] for own in _numbers(cell))


def _numbers(cell: TableCell) -> Iterator[Line]:
    """Value, error, stars and which number it is; a line for each number that the cell shows."""
    if not cell.parts:
        yield [_number(cell.value), _number(cell.error), _text(cell.stars), _empty()]
    for part, value in cell.parts:
        yield [_number(value), _empty(), _text(cell.stars), _text(part)]


def _columns(table: Table) -> str:
    """Widths: labels wide, figures alike."""
    return (
        f'<cols><col min="1" max="1" width="42" customWidth="1"/>'
        f'<col min="2" max="{len(table.columns) + 1}" width="14" customWidth="1"/></cols>'
        if table.columns
        else ""
    )


def _sheet(lines: Iterable[Line], columns: str) -> str:
    rows = "".join(f"<row>{''.join(line)}</row>" for line in lines)
    return f'{HEAD}<worksheet xmlns="{MAIN}">{columns}<sheetData>{rows}</sheetData></worksheet>'


def _text(text: str) -> str:
    """A text stays a text, also one that begins like a formula."""
    if not text:
        return _empty()
    return f'<c t="inlineStr"><is><t xml:space="preserve">{_xml(text[:_MOST])}</t></is></c>'


def _number(value: float | None, style: int = 0) -> str:
    if value is None:
        return _empty()
    return f'<c s="{style}"><v>{value!r}</v></c>' if style else f"<c><v>{value!r}</v></c>"


def _empty() -> str:
    return "<c/>"


def _xml(text: str) -> str:
    clean = _OWN_ESCAPE.sub("_x005F_", _NOT_XML.sub("", text))
    return escape(clean, quote=False).replace("\r", "_x000D_")
