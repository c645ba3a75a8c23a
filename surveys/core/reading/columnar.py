"""Parquet files: types and texts are known; our own exports carry their whole codebook as well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from surveys.core.findings import Finding
from surveys.core.reading.columnar_codebook import Carried, carried
from surveys.core.reading.columnar_types import Plain, plain_columns
from surveys.core.reading.raw import Calendar, Chunk, RawFile, RawVariable, broken, swollen

ROWS = 200_000
MOST_SWELLING, SWELLS_FROM = 1_000, 200 << 20  # bytes of cells per byte of file, looked at from here on


class ParquetReader:
    """A .parquet file with flat columns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.findings: list[Finding] = []

    def describe(self) -> RawFile:
        """The schema, and the codebook where the file is an export of ours and still fits it.

        Columns of lists or structures are refused by name.
        """
        lazy = pl.scan_parquet(self.path)
        with _understood():
            self._count(lazy)
            self.plain, told = plain_columns(lazy)
            self.carried, remarks = carried(self.path, lazy, self.plain)
        self.findings += told + remarks
        companions = self.carried.companions if self.carried else {}
        self.columns = [name for name in self.plain if name not in companions]
        variables = [_variable(name, self.plain[name], self.carried) for name in self.columns]
        return RawFile(
            "parquet", variables, self.rows, "UTF-8", is_decoded=True, findings=self.findings,
            codebook=self.carried.codebook if self.carried else None,
        )  # fmt: skip

    def _count(self, lazy: pl.LazyFrame) -> None:
        """The footer's rows against the cells of the first column: slices end where the footer says."""
        self.rows = int(lazy.select(pl.len()).collect().item())
        width, first = len(lazy.collect_schema()), pl.first()
        size = 8 * self.rows * width
        if size > SWELLS_FROM and size > MOST_SWELLING * self.path.stat().st_size:
            raise swollen(size, MOST_SWELLING)
        cells = lazy.select(first.is_null().sum() + first.count())
        if width and self.rows and int(cells.collect().item()) != self.rows:
            raise broken("it holds another number of rows than it says")

    def chunks(self) -> Iterator[Chunk]:
        lazy = pl.scan_parquet(self.path)
        for start in range(0, self.rows, ROWS):
            with _understood():
                frame = lazy.slice(start, ROWS).collect()
                columns: list[Any] = [self.plain[name].cells(frame[name]) for name in self.columns]
                chunk = Chunk(frame.height, columns, self._tags(frame))
            if frame.height != min(ROWS, self.rows - start):
                raise broken("it holds another number of rows than it says")
            yield chunk
        self.findings += [finding for name in self.columns for finding in self.plain[name].noticed()]

    def _tags(self, frame: pl.DataFrame) -> dict[int, list[str | None]]:
        if self.carried is None:
            return {}
        return {
            self.columns.index(owner): frame[name].replace_strict(self.carried.tags[name]).to_list()
            for name, owner in self.carried.companions.items()
            if frame[name].null_count() < frame.height
        }


@contextmanager
def _understood() -> Iterator[None]:
    """The library gives up where bytes make no sense; its words might quote a cell."""
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise broken("a part of it cannot be unpacked or contradicts another") from error


def _variable(name: str, plain: Plain, told: Carried | None) -> RawVariable:
    """A number of seconds is a duration where its type or the codebook says so."""
    is_time = plain.is_time or (told is not None and name in told.times)
    return RawVariable(name=name.encode(), is_text=False, calendar=Calendar("time") if is_time else None)
