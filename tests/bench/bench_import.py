"""Import of 200,937 x 450 (parse, store, hash, codebook, frequencies) beside bare readers; export.

The big files are made once and kept in the folder for temporary files.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from tests.bench.measure import Cost, cost_of, median, python, show

ROWS, ROUNDS = 200_937, 3
KEPT = Path(tempfile.gettempdir()) / "wavebook-bench"
FORMS = ("sav", "zsav", "dta", "parquet", "csv")


def make_table(rows: int = ROWS, seed: int = 1) -> pl.DataFrame:
    """250 coded questions with missing codes, 120 flags, 40 amounts, 30 texts, 10 timestamps."""
    draw = np.random.default_rng(seed)
    columns: dict[str, pl.Series] = {}
    for i in range(250):
        codes = draw.integers(1, 7, rows, dtype=np.int8)
        codes[draw.random(rows, dtype=np.float32) < 0.05] = -9
        columns[f"q{i}"] = pl.Series(codes.astype(np.int32))
    for i in range(120):
        columns[f"m{i}"] = pl.Series((draw.random(rows, dtype=np.float32) < 0.2).astype(np.int32))
    for i in range(40):
        columns[f"income{i}"] = pl.Series(np.round(np.exp(draw.normal(8, 1, rows)), 2))
    words = pl.Series(["外地人", "本地人", "差不多", "", "不清楚"])
    for i in range(28):
        columns[f"text{i}"] = words.gather(draw.integers(0, 5, rows))
    answers = pl.Series([("这是一个开放题的回答，写得比较长。" * 13)[:size] for size in range(0, 220, 3)])
    for i in range(2):
        columns[f"open{i}"] = answers.gather(draw.integers(0, answers.len(), rows))
    for i in range(10):
        columns[f"day{i}"] = pl.Series(draw.integers(13_600_000_000, 13_700_000_000, rows).astype(float))
    return pl.DataFrame(columns)


def big_file(form: str, rows: int = ROWS) -> Path:
    """The big table as a ``sav`` or ``dta`` file."""
    import pyreadstat

    path = KEPT / f"big{rows}.{form}"
    if path.exists():
        return path
    KEPT.mkdir(parents=True, exist_ok=True)
    frame = make_table(rows)
    labels = {f"q{i}": {code: f"选项 {code}" for code in range(1, 7)} for i in range(250)}
    said = {
        "column_labels": {name: f"{name} 标签" for name in frame.columns},
        "variable_value_labels": labels,
    }
    aside = path.with_suffix(".part")
    if form == "sav":
        missing = {f"q{i}": [{"lo": -9, "hi": -1}] for i in range(250)}
        pyreadstat.write_sav(frame, str(aside), **said, missing_ranges=missing, row_compress=True)
    else:
        pyreadstat.write_dta(frame, str(aside), **said, version=15)
    return aside.rename(path)


def has_haven() -> bool:
    if shutil.which("Rscript") is None:
        return False
    asked = subprocess.run(["Rscript", "-e", "library(haven)"], capture_output=True, check=False)
    return asked.returncode == 0


def main() -> None:
    with_haven = has_haven()
    with tempfile.TemporaryDirectory() as folder:
        for form in ("sav", "dta"):
            home = _import(form, Path(folder), with_haven)
        _export(home, Path(folder))
    _frequencies()


def _import(form: str, folder: Path, with_haven: bool) -> dict[str, str]:
    path = big_file(form)
    print(f"Import of a {ROWS:,} x 450 .{form}, median of {ROUNDS} runs each, turn by turn")
    bare: list[Cost] = []
    haven: list[Cost] = []
    ours: list[Cost] = []
    for turn in range(ROUNDS):
        bare.append(cost_of(python(f"import pyreadstat; pyreadstat.read_{form}({str(path)!r})")))
        if with_haven:
            haven.append(cost_of(["Rscript", "-e", f"x <- haven::read_{form}({str(path)!r})"]))
        home = {"WAVEBOOK_HOME": str(folder / f"{form}{turn}")}
        cost_of([sys.executable, "manage.py", "migrate", "-v0"], home)
        ours.append(cost_of([sys.executable, "manage.py", "import_wave", "bench", "w1", str(path)], home))
    show(f"bare pyreadstat.read_{form} into pandas", median(bare))
    if haven:
        show(f"haven::read_{form}", median(haven), median(haven).over(median(bare)))
    show("import_wave", median(ours), median(ours).over(median(bare)))
    return home


def _export(home: dict[str, str], folder: Path) -> None:
    """One run each of the whole command."""
    print(f"Export of {ROWS:,} x 450")
    for form in FORMS:
        target = folder / f"out.{form}"
        command = [sys.executable, "manage.py", "export", "bench/w1", "--as", form, "--output", str(target)]
        show(f"export --as {form}", cost_of(command, home))
        target.unlink()


def _frequencies() -> None:
    from surveys.core.codebook import ValueType, Variable
    from surveys.core.frequencies import count_raw

    frame = make_table()
    types = {pl.Int32: ValueType.INTEGER, pl.Float64: ValueType.DECIMAL, pl.String: ValueType.TEXT}
    variables = [Variable(name, types[dtype.base_type()]) for name, dtype in frame.schema.items()]
    pandas = frame.to_pandas()
    for what, run in (
        ("frequencies of all variables", lambda: [count_raw(frame[v.name], None, v) for v in variables]),
        ("pandas value_counts of all columns", lambda: [pandas[name].value_counts() for name in pandas]),
    ):
        began, busy = time.perf_counter(), time.process_time()
        run()
        print(f"  {what:<46} {time.perf_counter() - began:7.2f} s {time.process_time() - busy:7.2f} s busy")


if __name__ == "__main__":
    main()
