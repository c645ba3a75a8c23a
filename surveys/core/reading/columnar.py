"""Parquet files: types and texts are known; our own exports carry their whole codebook as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from surveys.core.findings import Finding
from surveys.core.reading.columnar_codebook import Carried, carried
from surveys.core.reading.columnar_types import Plain, plain_columns
from surveys.core.reading.raw import Calendar, Chunk, RawFile, RawVariable

ROWS = 200_000


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
        self.plain, told = plain_columns(lazy)
        self.carried, remarks = carried(self.path, lazy, self.plain)
        self.findings += told + remarks
        rows = int(lazy.select(pl.len()).collect().item())
        companions = self.carried.companions if self.carried else {}
        self.columns = [name for name in self.plain if name not in companions]
        variables = [_variable(name, self.plain[name], self.carried) for name in self.columns]
        return RawFile(
            "parquet", variables, rows, "UTF-8", is_decoded=True, findings=self.findings,
            codebook=self.carried.codebook if self.carried else None,
        )  # fmt: skip

    def chunks(self) -> Iterator[Chunk]:
        lazy = pl.scan_parquet(self.path)
        for start in range(0, int(lazy.select(pl.len()).collect().item()), ROWS):
            frame = lazy.slice(start, ROWS).collect()
            columns: list[Any] = [self.plain[name].cells(frame[name]) for name in self.columns]
            yield Chunk(frame.height, columns, self._tags(frame))
        self.findings += [finding for name in self.columns for finding in self.plain[name].noticed()]

    def _tags(self, frame: pl.DataFrame) -> dict[int, list[str | None]]:
        if self.carried is None:
            return {}
        return {
            self.columns.index(owner): frame[name].replace_strict(self.carried.tags[name]).to_list()
            for name, owner in self.carried.companions.items()
            if frame[name].null_count() < frame.height
        }


def _variable(name: str, plain: Plain, told: Carried | None) -> RawVariable:
    """A number of seconds is a duration where its type or the codebook says so."""
    is_time = plain.is_time or (told is not None and name in told.times)
    return RawVariable(name=name.encode(), is_text=False, calendar=Calendar("time") if is_time else None)
