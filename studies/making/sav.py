"""Columns and a codebook as a real SPSS system file, and the checksum beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyreadstat
from numpy.typing import NDArray

from studies.making.codebook import Described
from surveys.core.codebook import Codebook, ResponseSet, ValueType, Variable
from surveys.core.writing.sav_patch import patch

Columns = Mapping[str, NDArray[Any]]

LIMITS = {"file label": 64, "variable label": 256, "value label": 120, "note": 80}  # bytes of UTF-8
LOWEST_MISSING = -9
MOST_DECIMALS = 6
_EPOCH = np.datetime64("1582-10-14")


def write(
    columns: Columns,
    codebook: Described,
    path: Path,
    *,
    label: str,
    notes: tuple[str, ...],
    weight: str = "",
) -> None:
    """Writes ``columns`` row-compressed to ``path``: labels, levels, formats, missing codes, response sets.

    Every variable with negative missing codes declares the range from -9 to -1, as a survey agency would;
    others declare their codes one by one.  NaN and the empty text are blank cells.
    ``ValueError`` when a label does not fit the format.
    """
    _require_room(codebook, label, notes)
    labels: dict[str, str | None] = dict(codebook.labels)
    values = {name: _as_held(codes, columns[name]) for name, codes in codebook.values.items() if codes}
    pyreadstat.write_sav(
        pl.DataFrame({name: _cells(columns[name]) for name in codebook.names}),
        str(path),
        file_label=label,
        note=list(notes),
        row_compress=True,
        column_labels=labels,
        variable_value_labels=values,
        missing_ranges={
            n: _missing(codebook.missing[n], columns[n]) for n in codebook.names if codebook.missing[n]
        },
        variable_measure=codebook.levels,
        variable_format={name: _format(columns[name]) for name in codebook.names},
    )
    patch(path, {name: name for name in codebook.names}, _sets(codebook, weight), "und")


def write_checksum(path: Path) -> str:
    """Puts the file's SHA-256 beside it in the form ``sha256sum -c`` reads; returns that line."""
    line = f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}"
    path.with_name(path.name + ".sha256").write_text(line + "\n", "utf-8")
    return line


def _as_held(codes: Mapping[int | float, str], column: NDArray[Any]) -> dict[Any, str]:
    return {str(code): text for code, text in codes.items()} if _is_text(column) else dict(codes)


def _missing(codes: tuple[int, ...], column: NDArray[Any]) -> list[Any]:
    if _is_text(column):
        return [str(code) for code in codes]
    return [{"lo": LOWEST_MISSING, "hi": -1}] if max(codes) < 0 else list(codes)


def _is_text(column: NDArray[Any]) -> bool:
    return column.dtype.kind == "U"


def _cells(column: NDArray[Any]) -> pl.Series:
    if _is_text(column):
        return pl.Series(column.tolist(), dtype=pl.String)
    if np.issubdtype(column.dtype, np.datetime64):
        return pl.Series((column - _EPOCH).astype("timedelta64[s]").astype(np.float64))
    return pl.Series(column.astype(np.float64)).fill_nan(None)


def _format(column: NDArray[Any]) -> str:
    if np.issubdtype(column.dtype, np.datetime64):
        return "SDATE10"
    if _is_text(column):
        return f"A{max(map(len, column.tolist()))}"
    held = column[~np.isnan(column)]
    decimals = next(places for places in range(MOST_DECIMALS + 1) if (held.round(places) == held).all())
    width = max(len(f"{value:.{decimals}f}") for value in (held.min(), held.max(), float(LOWEST_MISSING)))
    return f"F{width}.{decimals}"


def _sets(codebook: Described, weight: str) -> Codebook:
    return Codebook(
        weight=weight,
        variables=tuple(Variable(name, ValueType.INTEGER) for name in codebook.names),
        sets=tuple(
            ResponseSet(name, "D", members, {"und": text}, counted_value=1)
            for name, (text, members) in codebook.sets.items()
        ),
    )


def _require_room(codebook: Described, label: str, notes: tuple[str, ...]) -> None:
    texts = [("file label", label), *(("note", note) for note in notes)]
    texts += [("variable label", text) for text in codebook.labels.values()]
    texts += [("value label", text) for codes in codebook.values.values() for text in codes.values()]
    for kind, text in texts:
        if len(text.encode()) > LIMITS[kind]:
            raise ValueError(f"a {kind} is longer than {LIMITS[kind]} bytes: {text}")
