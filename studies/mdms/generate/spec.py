"""The specification of the wave as read from ``spec/``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from studies.making.codebook import Described, read_codebook

HERE = Path(__file__).parent / "spec"
SEED = 3027


@dataclass(frozen=True)
class City:
    """One city: its context values, its records, and how many moved from where."""

    code: int
    gdp: float  # 100 million yuan, 2013
    floating_share: float
    records: int
    without_identity: int
    between_provinces: int
    within_city: int

    @property
    def answered(self) -> int:
        return self.records - self.without_identity

    @property
    def log_gdp(self) -> float:
        """log10 of GDP in units of 10,000 yuan: the one reading that gives the printed 7.8 (0.3)."""
        return float(np.log10(self.gdp * 1e4))


@dataclass(frozen=True)
class Slopes:
    """Three slopes by construct: of Model 3 as printed, pooled minus within cities, and on social status."""

    published: dict[str, float]
    pooled_minus_within: dict[str, float]
    status: dict[str, float]


@dataclass(frozen=True)
class Spec:
    latents: dict[str, Any]
    margins: dict[str, Any]
    faults: dict[str, Any]
    cities: tuple[City, ...]
    slopes: Slopes
    codebook: Described

    @property
    def n(self) -> int:
        """Records with an identity answer."""
        return sum(city.answered for city in self.cities)


@cache
def read_spec() -> Spec:
    return Spec(
        latents=_yaml("latents"),
        margins=_yaml("margins"),
        faults=_yaml("faults"),
        cities=tuple(_city(row) for row in _rows("cities")),
        slopes=_slopes(_rows("slopes")),
        codebook=read_codebook(HERE),
    )


def _yaml(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((HERE / f"{name}.yaml").read_text("utf-8")))


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _city(row: dict[str, str]) -> City:
    return City(
        code=int(row["city"]),
        gdp=float(row["gdp_2013_100m_yuan"]),
        floating_share=float(row["floating_share"]),
        records=int(row["records"]),
        without_identity=int(row["without_identity"]),
        between_provinces=int(row["between_provinces"]),
        within_city=int(row["within_city"]),
    )


def _slopes(rows: list[dict[str, str]]) -> Slopes:
    def column(name: str) -> dict[str, float]:
        return {row["term"]: float(row[name]) for row in rows if row[name]}

    return Slopes(column("published_model_3"), column("pooled_minus_within"), column("status_slope"))
