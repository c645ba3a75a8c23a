"""The big survey file of the bench: made once per size and kept in the folder for temporary files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

KEPT = Path(tempfile.gettempdir()) / "wavebook-bench"
CODED, FLAGS, AMOUNTS, TEXTS, OPEN, TIMES = 250, 120, 40, 28, 2, 10
COLUMNS = CODED + FLAGS + AMOUNTS + TEXTS + OPEN + TIMES


def make_table(rows: int, seed: int = 1) -> pl.DataFrame:
    """Coded questions with missing codes, flags, amounts, short texts, open answers and timestamps."""
    draw = np.random.default_rng(seed)
    columns: dict[str, pl.Series] = {}
    for i in range(CODED):
        codes = draw.integers(1, 7, rows, dtype=np.int8)
        codes[draw.random(rows, dtype=np.float32) < 0.05] = -9
        columns[f"q{i}"] = pl.Series(codes.astype(np.int32))
    for i in range(FLAGS):
        columns[f"m{i}"] = pl.Series((draw.random(rows, dtype=np.float32) < 0.2).astype(np.int32))
    for i in range(AMOUNTS):
        columns[f"income{i}"] = pl.Series(np.round(np.exp(draw.normal(8, 1, rows)), 2))
    words = pl.Series(["外地人", "本地人", "差不多", "", "不清楚"])
    for i in range(TEXTS):
        columns[f"text{i}"] = words.gather(draw.integers(0, 5, rows))
    answers = pl.Series([("这是一个开放题的回答，写得比较长。" * 13)[:size] for size in range(0, 220, 3)])
    for i in range(OPEN):
        columns[f"open{i}"] = answers.gather(draw.integers(0, answers.len(), rows))
    for i in range(TIMES):
        columns[f"day{i}"] = pl.Series(draw.integers(13_600_000_000, 13_700_000_000, rows).astype(float))
    return pl.DataFrame(columns)


def described(names: list[str], form: str) -> dict[str, Any]:
    """Labels and missing codes of the table, as pyreadstat's writers take them."""
    coded = names[:CODED]
    said: dict[str, Any] = {
        "column_labels": {name: f"{name} 标签" for name in names},
        "variable_value_labels": {name: {n: f"选项 {n}" for n in range(1, 7)} for name in coded},
    }
    if form == "dta":
        return said | {"version": 15}
    return said | {"missing_ranges": {name: [{"lo": -9, "hi": -1}] for name in coded}}


def big_file(form: str, rows: int) -> Path:
    """The big table as a ``sav`` or ``dta`` file."""
    import pyreadstat

    path = KEPT / f"big{rows}.{form}"
    if path.exists():
        return path
    KEPT.mkdir(parents=True, exist_ok=True)
    frame = make_table(rows)
    aside = path.with_suffix(".part")
    if form == "sav":
        pyreadstat.write_sav(frame, str(aside), **described(frame.columns, form), row_compress=True)
    else:
        pyreadstat.write_dta(frame, str(aside), **described(frame.columns, form))
    return aside.rename(path)
