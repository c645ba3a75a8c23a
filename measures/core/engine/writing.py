"""Derived columns on their way to disk: one Parquet file each, batch by batch, with their tallies."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
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


AT_ONCE = 2  # columns written at the same time, beside the engine that computes the next batch


class Writers:
    """One writer per rule; batches hold v0, r0 (rank of the absence, 1-based in ``words``), v1, r1, …

    A batch is written while the engine computes the next one: both leave Python alone for most of their time.
    """

    def __init__(self, out_dir: Path, types: Sequence[ValueType], words: Sequence[str]) -> None:
        self.paths = [out_dir / f"{at}.parquet" for at in range(len(types))]
        self.rows = 0
        self._words = list(words)
        self._types = [ARROW[kind] for kind in types]
        distinct = list(dict.fromkeys(words))
        self._dictionary = pa.array(distinct, pa.string())
        self._places = np.array([0, *map(distinct.index, words)], dtype=np.int32)  # of each rank
        self._counts = [np.zeros(len(words) + 1, dtype=np.int64) for _ in types]
        self._writers: list[pq.ParquetWriter] = []
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="columns")
        self._waiting: list[Future[None]] = []

    def __enter__(self) -> Self:
        reason = pa.dictionary(pa.int32(), pa.string())
        for path, kind in zip(self.paths, self._types, strict=True):
            schema = pa.schema([(VALUE, kind), (REASON, reason)])
            # that reasons came as a dictionary is not stored: files hold plain text, as ever
            writer = pq.ParquetWriter(
                path, schema, compression="zstd", write_statistics=False, store_schema=False
            )
            self._writers.append(writer)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._settle()
        finally:
            self._pool.shutdown()
            for writer in self._writers:
                writer.close()

    def add(self, batch: pa.RecordBatch) -> None:
        """Appends a batch to every column, once the batch before it is written."""
        self.rows += batch.num_rows
        self._settle()
        self._waiting = [self._pool.submit(self._write, at, batch) for at in range(len(self._writers))]

    def _settle(self) -> None:
        """Waits for what is being written; the first failure is the caller's."""
        waiting, self._waiting = self._waiting, []
        wait(waiting)
        for one in waiting:
            one.result()

    def _write(self, at: int, batch: pa.RecordBatch) -> None:
        ranks = pl.Series(batch.column(2 * at + 1)).fill_null(0).to_numpy()  # Arrow's own would import pandas
        self._counts[at] += np.bincount(ranks, minlength=len(self._words) + 1)
        places = pa.array(self._places[ranks], mask=ranks == 0)
        reasons = pa.DictionaryArray.from_arrays(places, self._dictionary)
        value = batch.column(2 * at).cast(self._types[at])
        self._writers[at].write_batch(pa.RecordBatch.from_arrays([value, reasons], [VALUE, REASON]))

    def tally(self, at: int) -> dict[str, int]:
        """{"valid": n, reason: n, …} of one rule; reasons that do not occur are left out."""
        counts = self._counts[at]
        tally = {"valid": int(counts[0])}
        for rank, word in enumerate(self._words, start=1):
            if counts[rank]:
                tally[word] = tally.get(word, 0) + int(counts[rank])
        return tally
