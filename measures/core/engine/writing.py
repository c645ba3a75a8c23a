"""Derived columns on their way to disk: one Parquet file each, batch by batch, with their tallies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from surveys.core.codebook import ValueType
from surveys.core.table import REASON, VALUE

ARROW: dict[ValueType, pa.DataType] = {
    ValueType.INTEGER: pa.int64(),
    ValueType.DECIMAL: pa.float64(),
    ValueType.TEXT: pa.string(),
    ValueType.DATE: pa.date32(),
    ValueType.DATETIME: pa.timestamp("us"),
    ValueType.TIME: pa.float64(),
}


class Writers:
    """One writer per rule; batches hold v0, r0 (rank of the absence, 1-based in ``words``), v1, r1, …"""

    def __init__(self, out_dir: Path, types: Sequence[ValueType], words: Sequence[str]) -> None:
        self.paths = [out_dir / f"{at}.parquet" for at in range(len(types))]
        self.rows = 0
        self._words = list(words)
        self._schemas = [pa.schema([(VALUE, ARROW[kind]), (REASON, pa.string())]) for kind in types]
        self._counts = [np.zeros(len(words) + 1, dtype=np.int64) for _ in types]
        self._writers: list[pq.ParquetWriter] = []

    def __enter__(self) -> Self:
        for path, schema in zip(self.paths, self._schemas, strict=True):
            writer = pq.ParquetWriter(path, schema, compression="zstd", write_statistics=False)
            self._writers.append(writer)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers:
            writer.close()

    def add(self, batch: pa.RecordBatch) -> None:
        """Appends a batch to every column."""
        self.rows += batch.num_rows
        words = pl.Series(self._words, dtype=pl.String)
        for at, writer in enumerate(self._writers):
            ranks = pl.Series(batch.column(2 * at + 1))  # Arrow's own arithmetic would import pandas
            self._counts[at] += np.bincount(ranks.fill_null(0).to_numpy(), minlength=len(self._words) + 1)
            reasons = words.gather(ranks.cast(pl.Int32) - 1).to_arrow().cast(pa.string())
            schema = self._schemas[at]
            value = batch.column(2 * at).cast(schema.field(VALUE).type)
            writer.write_batch(pa.RecordBatch.from_arrays([value, reasons], schema=schema))

    def tally(self, at: int) -> dict[str, int]:
        """{"valid": n, reason: n, …} of one rule; reasons that do not occur are left out."""
        counts = self._counts[at]
        tally = {"valid": int(counts[0])}
        for rank, word in enumerate(self._words, start=1):
            if counts[rank]:
                tally[word] = tally.get(word, 0) + int(counts[rank])
        return tally
