"""Import of a big file (parse, store, hash, codebook, frequencies, checks) beside bare readers."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.big import COLUMNS, big_file
from tests.bench.measure import Cost, cost_of, median, python, show, turns


def main(rows: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for form in ("sav", "dta"):
            _import(form, rows, rounds, Path(folder))


def _import(form: str, rows: int, rounds: int, folder: Path) -> None:
    path, with_haven = big_file(form, rows), has_haven()
    print(f"Import of a {rows:,} x {COLUMNS} .{form}, {turns(rounds)}")
    bare: list[Cost] = []
    haven: list[Cost] = []
    ours: list[Cost] = []
    for turn in range(rounds):
        bare.append(cost_of(python(f"import pyreadstat; pyreadstat.read_{form}({str(path)!r})")))
        if with_haven:
            haven.append(cost_of(["Rscript", "-e", f"x <- haven::read_{form}({str(path)!r})"]))
        ours.append(imported(path, folder / f"{form}{turn}"))
    show(f"bare pyreadstat.read_{form} into pandas", median(bare))
    if haven:
        show(f"haven::read_{form}", median(haven), median(haven).over(median(bare)))
    show("import_wave", median(ours), median(ours).over(median(bare)))


def imported(path: Path, home: Path) -> Cost:
    """What the import of ``path`` as ``bench/w1`` into a new site at ``home`` costs."""
    site = {"WAVEBOOK_HOME": str(home)}
    cost_of([sys.executable, "manage.py", "migrate", "-v0"], site)
    return cost_of([sys.executable, "manage.py", "import_wave", "bench", "w1", str(path)], site)


def has_haven() -> bool:
    if shutil.which("Rscript") is None:
        return False
    asked = subprocess.run(["Rscript", "-e", "library(haven)"], capture_output=True, check=False)
    return asked.returncode == 0
