"""The cells of any reader as plain Python values, for comparing them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from surveys.core.reading.raw import Reader, Whole


def columns_of(reader: Reader) -> list[list[Any]]:
    """All columns: numbers, bytes without padding, ``.A`` for a tag, None where empty."""
    columns: list[list[Any]] = [[] for _ in reader.describe().variables]
    for chunk in reader.chunks():
        for i, values in enumerate(chunk.columns):
            tags = chunk.tags.get(i, [None] * chunk.rows)
            values = list(one_by_one(values))
            assert len(values) == len(tags) == chunk.rows
            columns[i] += [
                f".{tag}" if tag else _plain(value) for value, tag in zip(values, tags, strict=True)
            ]
    return columns


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.rstrip(b" \0")
    return None if math.isnan(value) else float(value)


def plain(value: Any, codec: str = "utf-8") -> Any:
    """A cell of another reader in the same form; a letter it gives for a missing number stays bytes."""
    if isinstance(value, str):
        return value.encode(codec)
    return None if value is None or math.isnan(value) else value


def one_by_one(column: Iterable[Any] | Whole) -> Iterator[Any]:
    """Numbers as doubles (NaN where empty), texts as bytes."""
    if not isinstance(column, Whole):
        yield from column
        return
    for cell in column.cells.tolist():
        yield math.nan if cell == column.empty else float(cell + column.offset)
