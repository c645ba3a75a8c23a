"""A codebook kept as three CSV files: ``variables.csv``, ``values.csv`` and ``sets.csv``.

Every text stands in English and Chinese and is written as ``English | 中文``: a system file has room for
one label, and importing splits it again.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

SEPARATOR = " | "
EVERY = "*"  # in values.csv: a missing code that any variable may declare


@dataclass(frozen=True)
class Described:
    """Names in file order; per variable its label, level, codes and missing codes; response sets."""

    labels: dict[str, str]
    levels: dict[str, str]
    values: dict[str, dict[int | float, str]]
    missing: dict[str, tuple[int, ...]]
    sets: dict[str, tuple[str, tuple[str, ...]]]  # set -> (label, members)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.labels)


def read_codebook(folder: Path) -> Described:
    """The codebook in ``folder``."""
    variables, values = _rows(folder / "variables.csv"), _rows(folder / "values.csv")
    missing = {row["variable"]: tuple(map(int, row["missing_codes"].split())) for row in variables}
    return Described(
        labels={row["variable"]: _both(row) for row in variables},
        levels={row["variable"]: row["level"] for row in variables},
        values={name: _codes(values, name, codes) for name, codes in missing.items()},
        missing=missing,
        sets={
            row["set"]: (_both(row), tuple(v["variable"] for v in variables if v["block"] == row["set"]))
            for row in _rows(folder / "sets.csv")
        },
    )


def _codes(values: list[dict[str, str]], name: str, missing: tuple[int, ...]) -> dict[int | float, str]:
    own: dict[int | float, str] = {int(row["code"]): _both(row) for row in values if row["variable"] == name}
    declared = {int(row["code"]): _both(row) for row in values if row["variable"] == EVERY}
    return own | {code: declared[code] for code in missing if code not in own}


def _both(row: dict[str, str]) -> str:
    return row["label_en"] + SEPARATOR + row["label_zh"]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
