"""The closed list of formats a table can be had in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analytics.core.output.as_json import as_json
from analytics.core.output.html import as_html
from analytics.core.output.latex import as_latex
from analytics.core.output.table import Table
from analytics.core.output.word import as_docx
from analytics.core.output.xlsx import as_xlsx
from surveys.core.problems import near_misses, refuse
from surveys.core.said import say

_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class TableFormat:
    """``extension`` names it in addresses, commands and files; ``is_text`` where a terminal can show it."""

    extension: str
    title: str
    media_type: str
    write: Callable[[Table], bytes]
    is_text: bool = True


def _csv(table: Table) -> bytes:
    """With a byte-order mark, by which spreadsheet programs know UTF-8."""
    return ("\ufeff" + table.as_csv()).encode()


TABLE_FORMATS: Mapping[str, TableFormat] = {
    form.extension: form
    for form in (
        TableFormat("docx", "Word", f"{_OFFICE}.wordprocessingml.document", as_docx, is_text=False),
        TableFormat("tex", "LaTeX", "application/x-tex; charset=utf-8", as_latex),
        TableFormat("html", "HTML", "text/html; charset=utf-8", as_html),
        TableFormat("xlsx", "Excel", f"{_OFFICE}.spreadsheetml.sheet", as_xlsx, is_text=False),
        TableFormat("csv", "CSV", "text/csv; charset=utf-8", _csv),
        TableFormat("json", "JSON", "application/json", as_json),
    )
}


def table_format(name: str) -> TableFormat:
    """The format with the extension ``name``; refused with near misses for others."""
    if name not in TABLE_FORMATS:
        raise refuse(
            "unknown_format",
            say("A table cannot be had as {name}.", name=name[:20]),
            near=near_misses(name, TABLE_FORMATS),
            hint=say("The formats are {formats}.", formats=TABLE_FORMATS),
        )
    return TABLE_FORMATS[name]
