"""The specification of the later wave as read from ``spec/``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from studies.making.codebook import Described, read_codebook

HERE = Path(__file__).parent / "spec"
SEED = 2016


@dataclass(frozen=True)
class Drift:
    """What became of each question, and the codebook of the new questionnaire.

    ``options`` holds per text of several answers the options: (code, English, Chinese).
    """

    rules: dict[str, Any]
    codebook: Described
    options: dict[str, list[tuple[str, str, str]]]


@cache
def read_drift() -> Drift:
    rules = dict(yaml.safe_load((HERE / "drift.yaml").read_text("utf-8")))
    return Drift(rules, read_codebook(HERE), _options())


def _options() -> dict[str, list[tuple[str, str, str]]]:
    found: dict[str, list[tuple[str, str, str]]] = {}
    with (HERE / "options.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["variable"], []).append((row["code"], row["label_en"], row["label_zh"]))
    return found
