"""Stored cells as the slow interpreter reads them, one at a time: absences told apart, codes mapped."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from measures.core.engine import SourceColumn
from surveys.core.codebook import MissingRule
from surveys.core.table import physical, read_columns, tags_of
from tests.measures.reference_interpreter import OUTSIDE, Absence


def rows_of(path: Path, columns: Mapping[str, SourceColumn]) -> list[dict[str, Any]]:
    """Every row of a wave: item -> value or absence."""
    found = {name: _cells(path, column) for name, column in columns.items()}
    return [dict(zip(found, cells, strict=True)) for cells in zip(*found.values(), strict=True)]


def _cells(path: Path, column: SourceColumn) -> list[Any]:
    frame = read_columns(path, [column.position])
    raw = frame[physical(column.position)].to_list()
    tags = frame[tags_of(column.position)].to_list() if column.tags else [None] * len(raw)
    cells = list(zip(raw, tags, strict=True))
    known = {pair: _mapped(_cell(*pair, column), column) for pair in dict.fromkeys(cells)}
    return [known[pair] for pair in cells]


def _cell(cell: Any, tag: str | None, column: SourceColumn) -> Any:
    rules = column.variable.missing
    if tag is not None:
        told = [rule.reason for rule in rules if rule.tag == tag]
        return Absence(told[0] if told else f"tag:{tag}")
    if cell is None:
        return Absence("system")
    single = [rule.reason for rule in rules if rule.value is not None and rule.value == cell]
    spans = [rule.reason for rule in rules if not isinstance(cell, str) and _is_within(cell, rule)]
    return Absence((single + spans)[0]) if single or spans else cell


def _is_within(cell: float, rule: MissingRule) -> bool:
    if rule.low is None and rule.high is None:
        return False
    return (rule.low is None or cell >= rule.low) and (rule.high is None or cell <= rule.high)


def _mapped(cell: Any, column: SourceColumn) -> Any:
    if isinstance(cell, Absence) or not column.code_map:
        return cell
    found = [target for source, target in column.code_map if source == cell]
    return OUTSIDE if not found or found[0] is None else found[0]
