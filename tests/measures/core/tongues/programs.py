"""Runs texts in the programs they were written for, and lays what comes out beside the engine's columns."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyreadstat

from measures.core.tongues import TONGUES
from measures.core.tongues.asked import Asked, lay_out
from surveys.core.codebook import Variable
from tests.conftest import absent

# Logarithms and exponentials: the last bit is the C library's own affair.  PSPP and R compute the rest in
# doubles as the engine does.
RELATIVE = 1e-12
# PSPP's complaint about missing values of long texts, as IBM writes them; without the blanks.
_ABOUT_THE_FILE = re.compile(
    r"warning:`[^']*'nearoffset0x[0-9a-f]+:Extensionrecordsubtype22endsunexpectedly\."
)
Cells = list[tuple[Any, str | None]]  # (value, reason) per row


def program(name: str, package: str) -> str:
    """Where a program is; the test skips with a reason where it is not installed."""
    found = shutil.which(name)
    return found or absent(f"{name} is not installed (Debian package {package})")


def codes_of(asked: Asked, tongue: str) -> dict[int, str]:
    """code -> reason of the missing codes that a text names."""
    is_beside = tongue in ("r", "python")
    laid = lay_out(asked, TONGUES[tongue], is_beside)
    return {code: reason for reason, _, code in laid.absences}


def write_sav(path: Path, cells: Mapping[str, list[Any]], variables: Mapping[str, Variable]) -> Path:
    """A file of SPSS with raw cells; of numbers three codes are declared missing, as many as there may be."""
    import pandas as pd

    declared = {name: [-1, -2, -8] for name in cells if variables[name].type.is_number}
    frame = pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in cells.items()})
    for name in declared:
        frame[name] = frame[name].astype(float)
    pyreadstat.write_sav(frame, str(path), missing_ranges=declared)
    return path


def run_pspp(
    wave: Path, texts: Mapping[str, tuple[str, Mapping[int, str]]], folder: Path
) -> dict[str, Cells]:
    """Every text run on the file of a wave; each comes with its name and its missing codes' reasons."""
    out, syntax = folder / "out.sav", folder / "all.sps"
    kept = " ".join(texts)
    parts = [f"GET FILE='{wave}'.", *(text for text, _ in texts.values())]
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
    for name, (_, codes) in texts.items():
        ranges = meta.missing_ranges.get(name, [])
        declared = [(float(one["lo"]), float(one["hi"])) for one in ranges]
        found[name] = [_told(cell, codes, declared) for cell in columns[name]]
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


def same(expected: tuple[Any, str | None], found: tuple[Any, str | None]) -> bool:
    (value, reason), (other, why) = expected, found
    if reason is not None or why is not None:
        return reason == why and (value is None) == (other is None)
    if isinstance(value, str):
        return bool(value == other)
    return math.isclose(value, other, rel_tol=RELATIVE, abs_tol=1e-300)


def differences(expected: Cells, found: Cells) -> list[str]:
    """The first rows in which two columns differ, in words."""
    assert len(expected) == len(found)
    pairs = enumerate(zip(expected, found, strict=True))
    return [f"row {at}: {one} / {two}" for at, (one, two) in pairs if not same(one, two)][:3]
