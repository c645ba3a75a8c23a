"""A table for programs: shown texts beside unrounded figures."""

from __future__ import annotations

import json
from typing import Any

from analytics.core.output.table import Table, TableCell, TableRow


def as_json(table: Table) -> bytes:
    """The table as a JSON document; numbers that do not exist are null; UTF-8."""
    return (json.dumps(document(table), ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def document(table: Table) -> dict[str, Any]:
    """The same as plain types."""
    return {
        "title": table.title,
        "language": table.language,
        "columns": list(table.columns),
        "spans": [{"text": one.text, "start": one.start, "width": one.width} for one in table.spans],
        "rows": [_row(row, table.sections.get(row.section, "")) for row in table.rows],
        "footnotes": list(table.footnotes),
        "notes": list(table.notes),
        "about": dict(table.about),
    }


def _row(row: TableRow, heading: str) -> dict[str, Any]:
    return {
        "key": row.key,
        "label": row.label,
        "section": row.section,
        "heading": heading,
        "cells": [_cell(cell) for cell in row.cells],
    }


def _cell(cell: TableCell | None) -> dict[str, Any] | None:
    if cell is None:
        return None
    return {
        "text": cell.text,
        "value": cell.value,
        "error": cell.error,
        "stars": cell.stars,
        "marks": list(cell.marks),
        "parts": dict(cell.parts),
    }
