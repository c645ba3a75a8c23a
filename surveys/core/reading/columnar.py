"""Parquet files: types and texts are known; there are no labels beside the column names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from surveys.core.findings import Finding, Severity
from surveys.core.problems import refuse
from surveys.core.reading.raw import Chunk, RawFile, RawVariable

ROWS = 200_000


class ParquetReader:
    """A .parquet file with flat columns."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def describe(self) -> RawFile:
        """The schema; columns of lists or structures are refused by name."""
        self.schema = pl.read_parquet_schema(self.path)
        findings = []
        for name, dtype in self.schema.items():
            if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
                raise refuse(
                    "nested_column", "Only columns of single values can be read.", where=name, hint="Drop it."
                )
            if dtype.is_decimal():
                text = "Exact decimals were read as floating-point numbers."
                findings.append(Finding(Severity.INFO, "decimal_as_float", text, name))
        rows = int(pl.scan_parquet(self.path).select(pl.len()).collect().item())
        variables = [RawVariable(name=name.encode(), is_text=False) for name in self.schema]
        return RawFile("parquet", variables, rows, "UTF-8", is_decoded=True, findings=findings)

    def chunks(self) -> Iterator[Chunk]:
        lazy = pl.scan_parquet(self.path)
        for start in range(0, int(lazy.select(pl.len()).collect().item()), ROWS):
            frame = lazy.slice(start, ROWS).collect()
            yield Chunk(frame.height, [_plain(frame[name]) for name in self.schema])


def _plain(cells: pl.Series) -> pl.Series:
    """A column in one of the types that are stored; empty text is an empty cell."""
    dtype = cells.dtype
    if dtype == pl.Boolean or dtype.is_integer():
        return cells.cast(pl.Int64)
    if dtype.is_numeric():
        return cells.cast(pl.Float64).fill_nan(None)
    if dtype.base_type() == pl.Datetime:
        plain = cells.dt.replace_time_zone(None) if getattr(dtype, "time_zone", None) else cells
        return plain.cast(pl.Datetime("us"))
    if dtype == pl.Date:
        return cells
    text = cells.cast(pl.String)
    return pl.select(pl.when(text != "").then(text).alias("c"))["c"]
