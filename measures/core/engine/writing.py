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


LOOKED_AT = 10_000  # cells that tell whether a column has many different values
AT_ONCE = 2  # columns written at the same time, beside the engine that computes the next batch


def _arrow(series: pl.Series) -> pa.Array:
    """A column as Arrow's: its own ways from lists and to numpy would import pandas, which takes long."""
    return series.to_arrow(compat_level=pl.CompatLevel.oldest())


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
        self._dictionary = _arrow(pl.Series(["", *distinct])).cast(pa.string())  # nothing has rank 0
        places = [0, *(distinct.index(word) + 1 for word in words)]
        is_plain = len(distinct) == len(words)
        self._places = None if is_plain else _arrow(pl.Series(places, dtype=pl.Int32))  # of each rank
        self._counts = [np.zeros(len(words) + 1, dtype=np.int64) for _ in types]
        self._writers: list[pq.ParquetWriter | None] = [None] * len(types)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="columns")
        self._waiting: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._settle()
                for at, kind in enumerate(self._types):  # of no rows there was no batch
                    if self._writers[at] is None:
                        none = self._reasons(pa.nulls(0, pa.int32()))
                        self._writers[at] = self._opened(at, pa.nulls(0, kind), none)
        finally:
            self._pool.shutdown()
            for writer in self._writers:
                if writer is not None:
                    writer.close()

    def _opened(self, at: int, value: pa.Array, reasons: pa.Array) -> pq.ParquetWriter:
        """The writer of a column that begins with these values and reasons.

        That reasons come as a dictionary is not stored: files hold plain text, as ever.  Values become one
        where few of them differ; to try it on the others takes longer than anything else here.
        """
        schema = pa.schema([(VALUE, value.type), (REASON, reasons.type)])
        some = pl.Series(value[:LOOKED_AT])
        is_repeated = some.n_unique() <= max(len(some) // 10, 1)
        return pq.ParquetWriter(
            self.paths[at],
            schema,
            compression="zstd",
            write_statistics=False,
            store_schema=False,
            use_dictionary=[VALUE, REASON] if is_repeated else [REASON],
        )

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
        ranks = batch.column(2 * at + 1)
        self._counts[at][0] += ranks.null_count
        if ranks.null_count < len(ranks):
            there = pl.Series(ranks.drop_null()).to_numpy()
            self._counts[at] += np.bincount(there, minlength=len(self._words) + 1)
        value, reasons = batch.column(2 * at).cast(self._types[at]), self._reasons(ranks)
        writer = self._writers[at] = self._writers[at] or self._opened(at, value, reasons)
        writer.write_batch(pa.RecordBatch.from_arrays([value, reasons], [VALUE, REASON]))

    def _reasons(self, ranks: pa.Array) -> pa.DictionaryArray:
        """The words of ranks, which serve as places in the dictionary where no word has two."""
        places = ranks if self._places is None else self._places.take(ranks)
        return pa.DictionaryArray.from_arrays(places, self._dictionary)

    def tally(self, at: int) -> dict[str, int]:
        """{"valid": n, reason: n, …} of one rule; reasons that do not occur are left out."""
        counts = self._counts[at]
        tally = {"valid": int(counts[0])}
        for rank, word in enumerate(self._words, start=1):
            if counts[rank]:
                tally[word] = tally.get(word, 0) + int(counts[rank])
        return tally
