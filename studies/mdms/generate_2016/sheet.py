"""The codebook sheet beside the file: why each missing code is one, and the options of the texts.

A system file says that 97 is missing, not why; and 97 hours of work a week are an answer, so that reasons
stand by variable.
"""

from __future__ import annotations

import csv
from pathlib import Path

from studies.mdms.generate_2016.spec import Drift, read_drift

HEADINGS = ("variable", "missing", "split", "empty", "codes_en", "codes_zh")
REASONS = {"97": "refused", "98": "dont_know", "99": "no_answer"}
BRACKET = "bracket_only"


def write_sheet(path: Path) -> None:
    drift = read_drift()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADINGS)
        for name, codes in drift.codebook.missing.items():
            if codes:
                writer.writerow(
                    [name, "; ".join(_reason(name, code) for code in codes), *_split(drift, name)]
                )


def _reason(name: str, code: int) -> str:
    """The last two digits tell the reason, whatever the width of the field."""
    is_bracket = name == "B06" and code == 9997
    return f"{code}={BRACKET if is_bracket else REASONS[str(code)[-2:]]}"


def _split(drift: Drift, name: str) -> list[str]:
    options = drift.options.get(name)
    if not options:
        return ["", "", "", ""]
    texts = ("; ".join(f"{one[0]}={one[language]}" for one in options) for language in (1, 2))
    return ["comma", "absent", *texts]
