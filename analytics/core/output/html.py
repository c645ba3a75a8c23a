"""A table as one HTML page that needs nothing else; pasted into a text processor it stays a table."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from analytics.core.output.table import Table, TableCell, TableRow, letter, typeset

_STYLE = (
    "body{font:11pt/1.35 'Times New Roman','Songti SC',SimSun,'Noto Serif CJK SC',serif;margin:2em}"
    "table{border-collapse:collapse;border-top:1.5pt solid;border-bottom:1.5pt solid}"
    "caption{text-align:left;padding:.3em 0;font-weight:bold}"
    "th{font-weight:normal;text-align:left}th,td{padding:.1em .6em;vertical-align:top}"
    "td,thead th{text-align:right;white-space:nowrap}thead th:first-child{text-align:left}"
    "thead th.over{text-align:center;border-bottom:.5pt solid}"
    "thead tr:last-child>*{border-bottom:.75pt solid}tbody.apart tr:first-child>*{border-top:.5pt solid}"
    ".notes{font-size:9pt;max-width:48em}.notes p{margin:.15em 0}"
)


def as_html(table: Table) -> bytes:
    """The table with its title, sections set apart by rules, and notes; UTF-8."""
    language = "zh-Hans" if table.is_chinese else "en"
    title = escape(table.title or "Table")
    body = "\n".join(_table(table))
    notes = "\n".join(f"<p>{_mark(mark)}{escape(text)}</p>" for mark, text in table.below())
    page = (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head><meta charset="utf-8"><title>{title}</title>\n'
        f"<style>{_STYLE}</style></head>\n<body>\n{body}\n"
        f'<div class="notes">\n{notes}\n</div>\n</body>\n</html>\n'
    )
    return page.encode()


def _table(table: Table) -> Iterator[str]:
    yield "<table>"
    if table.title:
        yield f"<caption>{escape(table.title)}</caption>"
    yield "<thead>"
    if table.spans:
        over = "".join(
            f'<th scope="colgroup" class="over" colspan="{width}">{escape(text)}</th>'
            if text
            else "<td></td>"
            for text, width in table.heads()
        )
        yield f"<tr><td></td>{over}</tr>"
    heads = "".join(f'<th scope="col">{escape(text)}</th>' for text in table.columns)
    yield f"<tr><td></td>{heads}</tr>\n</thead>"
    for number, (heading, rows) in enumerate(table.parts):
        yield '<tbody class="apart">' if number else "<tbody>"
        if heading:
            wide = len(table.columns) + 1
            yield f'<tr><th scope="rowgroup" colspan="{wide}"><em>{escape(heading)}</em></th></tr>'
        yield from map(_row, rows)
        yield "</tbody>"
    yield "</table>"


def _row(row: TableRow) -> str:
    cells = "".join(f"<td>{_cell(cell)}</td>" for cell in row.cells)
    return f'<tr><th scope="row">{escape(row.label)}</th>{cells}</tr>'


def _cell(cell: TableCell | None) -> str:
    if cell is None:
        return ""
    marks = "".join(_mark(letter(mark)) for mark in cell.marks)
    stars = f"<sup>{escape(cell.stars)}</sup>" if cell.stars else ""
    below = f"<br>{escape(cell.below)}" if cell.below else ""
    return f"{escape(typeset(cell.figure))}{stars}{marks}{below}"


def _mark(mark: str) -> str:
    return f"<sup>{escape(mark)}</sup>" if mark else ""
