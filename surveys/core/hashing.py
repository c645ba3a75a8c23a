"""Hashes of content: the same cells hash the same on any machine, whatever wrote or stored them.

A column's digest is taken over its kind, its values with the absences zeroed, its validity, and its tags
or reasons.  Integers count as 64-bit little-endian, decimals as doubles with -0 as 0 and NaN as an absence,
dates as days, timestamps as microseconds, text as UTF-8 with the lengths before it.  So writer, codec,
row groups, chunks and integer widths do not matter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
import polars as pl

from surveys.core.codebook import ValueType, fingerprint
from surveys.core.table import PHYSICAL

_BLOCK = 1 << 16  # rows of text joined at a time


class _Digest(Protocol):
    def update(self, data: Any, /) -> None: ...


def column_hash(kind: ValueType, values: pl.Series, tags_or_reasons: pl.Series | None = None) -> str:
    """SHA-256 (hex) of a column's logical content.

    ``values`` are the cells (absences null, or missing codes in place for a wave's raw columns);
    ``tags_or_reasons`` says why the nulls are null, and counts only where it holds anything.
    """
    digest = hashlib.sha256(kind.value.encode() + b"\0")
    digest.update(values.len().to_bytes(8, "little"))
    if kind is ValueType.TEXT:
        _add_text(digest, values.cast(pl.String))
    else:
        is_narrow = kind is ValueType.INTEGER and values.dtype.is_signed_integer()
        _add_numbers(digest, values if is_narrow else values.cast(PHYSICAL[kind]))
    if tags_or_reasons is not None and tags_or_reasons.null_count() < tags_or_reasons.len():
        digest.update(b"reasons")
        _add_text(digest, tags_or_reasons.cast(pl.String))
    return digest.hexdigest()


def table_hash(names_and_hashes: Iterable[tuple[str, str]], rows: int) -> str:
    """SHA-256 (hex) of a table: its (name, column hash) pairs in order, and its number of rows."""
    return fingerprint({"columns": [list(pair) for pair in names_and_hashes], "rows": rows})


def _add_numbers(digest: _Digest, values: pl.Series) -> None:
    is_float = values.dtype == pl.Float64
    values = values.fill_nan(None) if is_float else values.to_physical()
    valid = values.is_not_null() if values.null_count() else None
    cells = (values if valid is None else values.fill_null(0)).to_numpy()
    if is_float:
        cells = cells + 0.0  # -0 becomes 0
    digest.update(np.ascontiguousarray(cells, dtype="<f8" if is_float else "<i8").data)
    _add_validity(digest, valid, values.len())


def _add_text(digest: _Digest, values: pl.Series) -> None:
    lengths = values.str.len_bytes().fill_null(0).cast(pl.UInt64).to_numpy()
    digest.update(np.ascontiguousarray(lengths, dtype="<u8").data)
    for start in range(0, values.len(), _BLOCK):
        joined = values.slice(start, _BLOCK).drop_nulls().str.join("")
        digest.update((joined[0] or "").encode() if joined.len() else b"")
    _add_validity(digest, values.is_not_null() if values.null_count() else None, values.len())


def _add_validity(digest: _Digest, valid: pl.Series | None, rows: int) -> None:
    cells = np.ones(rows, dtype=np.uint8) if valid is None else valid.cast(pl.UInt8).to_numpy()
    digest.update(np.ascontiguousarray(cells).data)
