"""Runs texts in the programs they were written for, and lays what comes out beside the engine's columns."""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyreadstat

from measures.core.tongues import TONGUES, rule_text
from measures.core.tongues.asked import Asked, lay_out
from surveys.core.codebook import Variable
from tests.conftest import absent
from tests.measures.reference_interpreter import Cells

# PSPP's complaint about missing values of long texts, as IBM writes them; without the blanks.
_ABOUT_THE_FILE = re.compile(
    r"warning:`[^']*'nearoffset0x[0-9a-f]+:Extensionrecordsubtype22endsunexpectedly\."
)


@dataclass(frozen=True)
class Text:
    text: str
    codes: Mapping[int, str]
    is_text: bool


def program(name: str, package: str) -> str:
    """Where a program is; the test skips with a reason where it is not installed."""
    found = shutil.which(name)
    return found or absent(f"{name} is not installed (Debian package {package})")


def text_of(asked: Asked, tongue: str) -> Text:
    """The text of a rule, with the reasons of the missing codes that it names."""
    laid = lay_out(asked, TONGUES[tongue], is_beside=tongue in ("r", "python"))
    codes = {code: reason for reason, _, code in laid.absences}
    return Text(rule_text(tongue, asked), codes, laid.is_text)


def write_sav(path: Path, cells: Mapping[str, list[Any]], variables: Mapping[str, Variable]) -> Path:
    """A file of SPSS with raw cells; of numbers three codes are declared missing, as many as there may be."""
    import pandas as pd

    declared = {name: [-1, -2, -8] for name in cells if variables[name].type.is_number}
    frame = pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in cells.items()})
    for name in declared:
        frame[name] = frame[name].astype(float)
    pyreadstat.write_sav(frame, str(path), missing_ranges=declared)
    return path


def run_pspp(wave: Path, texts: Mapping[str, Text], folder: Path) -> dict[str, Cells]:
    """Every text run on the file of a wave; each comes with its name and its missing codes' reasons."""
    out, syntax = folder / "out.sav", folder / "all.sps"
    kept = " ".join(texts)
    parts = [f"GET FILE='{wave}'.", *(text.text for text in texts.values())]
    syntax.write_text("\n".join([*parts, f"SAVE OUTFILE='{out}' /KEEP={kept}."]), encoding="utf-8")
    log = folder / "log.txt"
    command = [program("pspp", "pspp"), "--syntax-encoding=UTF-8", "-o", str(log), str(syntax)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    told = log.read_text() if log.exists() else ""
    assert done.returncode == 0, (done.stdout + done.stderr + told)[-4000:]
    complaints = _ABOUT_THE_FILE.sub("", "".join((done.stdout + done.stderr + told).split()))
    assert "error:" not in complaints and "warning:" not in complaints, told[-4000:]
    columns, meta = pyreadstat.read_sav(str(out), user_missing=True, output_format="dict")
    found = {}
    for name, text in texts.items():
        ranges = meta.missing_ranges.get(name, [])
        declared = [(float(one["lo"]), float(one["hi"])) for one in ranges]
        found[name] = [_told(cell, text.codes, declared) for cell in columns[name]]
    return found


def run_r(wave: pl.DataFrame, texts: Mapping[str, Text], folder: Path) -> dict[str, Cells]:
    """Every text run on a data frame; numbers go there and back as the bytes they are."""
    lines = [f"n <- {wave.height}", "wave <- data.frame(row.names = seq_len(n))"]
    for at, column in enumerate(wave):
        file = folder / f"in{at}"
        if column.dtype.is_numeric():
            column.cast(pl.Float64).fill_null(math.nan).to_numpy().tofile(file)
            read = f'readBin("{file}", "double", n)'
        else:
            cells = column.cast(pl.String).fill_null("").to_list()
            file.write_text("".join(f"{cell}\n" for cell in cells), encoding="utf-8")
            read = f'readLines("{file}", encoding = "UTF-8")'
        lines.append(f'wave[["{column.name}"]] <- {read}')
    for name, text in texts.items():
        lines += [text.text, f'found <- wave[["{name}"]]; codes <- wave[["{name}_missing"]]']
        lines.append("if (is.null(codes)) codes <- rep(NA_real_, n)")
        lines.append(f'writeBin(as.numeric(codes), "{folder / name}.codes")')
        put = (
            "writeLines(ifelse(is.na(found), '', found), " if text.is_text else "writeBin(as.numeric(found), "
        )
        lines.append(f'{put}"{folder / name}.values")')
        lines.append(f'wave[["{name}"]] <- NULL; wave[["{name}_missing"]] <- NULL')
    script = folder / "all.R"
    script.write_text("options(warn = 2)\n" + "\n".join(lines), encoding="utf-8")
    run = f'source("{script}", encoding = "UTF-8")'  # read whole: line by line takes four times as long
    command = [program("Rscript", "r-base-core"), "--vanilla", "-e", run]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "LC_ALL": "C.UTF-8", "R_ENABLE_JIT": "0"},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return {name: _read_back(folder, name, text) for name, text in texts.items()}


def run_pandas(wave: Path, texts: Mapping[str, Text], folder: Path) -> dict[str, Cells]:
    """Every text run in a process of its own on a file of Parquet."""
    lines = ["import warnings", "warnings.simplefilter('error')", "import numpy as np", "import pandas as pd"]
    lines += [f"whole = pd.read_parquet({str(wave)!r})"]
    lines.append(_KEEP)
    for name, text in texts.items():
        kept = (name, str(folder / name), text.is_text)
        lines += ["wave = whole", text.text, f"keep(wave, *{kept!r})"]
    script = folder / "all.py"
    script.write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-4000:]
    return {name: _read_back(folder, name, text) for name, text in texts.items()}


_KEEP = """
def keep(wave, name, file, is_text):
    if is_text:
        with open(file + ".values", "w", encoding="utf-8") as lines:
            lines.writelines(f"{'' if pd.isna(cell) else cell}\\n" for cell in wave[name])
    else:
        wave[name].to_numpy(dtype=float).tofile(file + ".values")
    codes = wave.get(name + "_missing", pd.Series(np.nan, index=wave.index))
    codes.to_numpy(dtype=float).tofile(file + ".codes")
"""


def _read_back(folder: Path, name: str, text: Text) -> Cells:
    codes = np.fromfile(folder / f"{name}.codes")
    file = folder / f"{name}.values"
    if text.is_text:
        values: list[Any] = file.read_text(encoding="utf-8").split("\n")[:-1]
        empty = [value == "" for value in values]
    else:
        numbers = np.fromfile(file)
        values, empty = numbers.tolist(), np.isnan(numbers).tolist()
    found: Cells = []
    for value, is_empty, code in zip(values, empty, codes.tolist(), strict=True):
        assert is_empty is not math.isnan(code), "an empty cell has a code, and no other has"
        found.append((value, None) if math.isnan(code) else (None, text.codes[int(code)]))
    return found


def _told(
    cell: float | None, codes: Mapping[int, str], declared: Sequence[tuple[float, float]]
) -> tuple[Any, str | None]:
    """A cell of a file as value or absence: what is declared missing must be a code that the text names."""
    assert cell is not None, "a cell is empty, and a rule never leaves one empty"
    if any(low <= cell <= high for low, high in declared):
        return None, codes[int(cell)]
    assert cell not in codes or not codes, "a missing code is not declared"
    return cell, None
