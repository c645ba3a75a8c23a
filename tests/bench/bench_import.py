"""Import of a 50,000 x 450 ``.sav`` (parse, store, hash, codebook, frequencies) beside a bare read."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from tests.bench.measure import cost_of, median, python, show

ROWS, ROUNDS = 50_000, 3


def make_file(path: Path, rows: int = ROWS, seed: int = 1) -> None:
    """250 coded questions with missing codes, 120 flags, 40 amounts, 30 texts, 10 dates as numbers."""
    import pyreadstat

    draw = np.random.default_rng(seed)
    columns: dict[str, pl.Series] = {}
    for i in range(250):
        codes = draw.integers(1, 7, rows)
        codes[draw.random(rows) < 0.05] = -9
        columns[f"q{i}"] = pl.Series(codes.astype(float))
    for i in range(120):
        columns[f"m{i}"] = pl.Series((draw.random(rows) < 0.2).astype(float))
    for i in range(40):
        columns[f"income{i}"] = pl.Series(np.round(np.exp(draw.normal(8, 1, rows)), 2))
    words = np.array(["外地人", "本地人", "差不多", "", "不清楚"])
    for i in range(30):
        columns[f"text{i}"] = pl.Series(words[draw.integers(0, 5, rows)])
    for i in range(10):
        columns[f"day{i}"] = pl.Series(draw.integers(13_600_000_000, 13_700_000_000, rows).astype(float))
    labels = {f"q{i}": {float(code): f"选项 {code}" for code in range(1, 7)} for i in range(250)}
    pyreadstat.write_sav(
        pl.DataFrame(columns),
        str(path),
        column_labels={name: f"{name} 标签" for name in columns},
        variable_value_labels=labels,
        missing_ranges={f"q{i}": [{"lo": -9, "hi": -1}] for i in range(250)},
        row_compress=True,
    )


def main() -> None:
    print(f"Import of a {ROWS:,} x 450 .sav, median of {ROUNDS} runs each, turn by turn")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.sav"
        make_file(path)
        bare, ours = [], []
        for turn in range(ROUNDS):
            bare.append(cost_of(python(f"import pyreadstat; pyreadstat.read_sav({str(path)!r})")))
            home = {"WAVEBOOK_HOME": str(Path(folder) / f"home{turn}")}
            cost_of([sys.executable, "manage.py", "migrate", "-v0"], home)
            command = [sys.executable, "manage.py", "import_wave", "bench", "w1", str(path)]
            ours.append(cost_of(command, home))
    show("bare pyreadstat.read_sav into pandas", median(bare))
    show("import_wave", median(ours), median(ours).over(median(bare)))


if __name__ == "__main__":
    main()
