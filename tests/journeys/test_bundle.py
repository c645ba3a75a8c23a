"""Table 2 of the shipped study leaves the installation, holds elsewhere, and comes out of R as it is.

Tolerances: as in tests/analytics/test_bundle.py; both programs converge for logits and for linear mixed
models.  The standard errors of lmer rest on a variance found to about 1e-6.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import zipfile
from pathlib import Path

from tests.conftest import absent
from tests.travellers import Person

CLOSE, ERRORS = 1e-6, 1e-5  # standard errors; relative


def test_table_2_leaves_in_a_bundle_that_holds_anywhere(
    traveller: Person, newcomer: Person, tmp_path: Path
) -> None:
    run = traveller.json("run_analysis", "mdms/table2")["run"]
    told = traveller.json("bundle", str(run), str(tmp_path / "b.zip"))
    assert told["with_data"] and told["size"] == (tmp_path / "b.zip").stat().st_size
    found = newcomer.json("check_bundle", str(tmp_path / "b.zip"))
    assert found["holds"] and [one["holds"] for one in found["findings"]] == [True] * 6, found
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        archive.extractall(tmp_path / "b")
    _same_in_r(tmp_path / "b")


def _same_in_r(folder: Path) -> None:
    if shutil.which("Rscript") is None:
        absent("Rscript is not there")
    done = subprocess.run(["Rscript", "replicate.R"], cwd=folder, capture_output=True, text=True, timeout=200)
    if "no package called" in done.stderr:
        absent("R has no lme4")
    assert "504 of 504 figures" in done.stdout, done.stdout + done.stderr
    with (folder / "figures_from_r.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    errors = {(r["model"], r["in_r"]): float(r["value"]) for r in rows if r["statistic"] == "std_error"}
    for row in rows:
        gap, size = float(row["difference"]), abs(float(row["value"]))
        if row["statistic"] == "estimate":
            assert gap < CLOSE * errors[row["model"], row["in_r"]], row
        else:
            assert gap < ERRORS * size, row
