"""What descriptive tables and crosstabs return: frozen records, as those of models are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from analytics.core.results import Check, Record


@dataclass(frozen=True)
class DescriptiveRow(Record):
    """One line of a descriptive table.

    ``kind``: ``share`` (0/1: count of ones and percent of n), ``mean`` (mean, SD with n - 1), or ``level``
    (one line per category, named by ``level``). ``n`` counts valid rows, ``absent`` the others by reason;
    ``minimum_rows`` and ``maximum_rows`` how many hold the extremes, which decides who is told them.
    """

    variable: str
    kind: str
    n: int
    count: int | None = None
    percent: float | None = None
    mean: float | None = None
    sd: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    minimum_rows: int | None = None
    maximum_rows: int | None = None
    level: str = ""
    absent: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DescriptivesResult(Record):
    """A descriptive table of a mixed list of variables; ``n`` counts the rows looked at."""

    n: int
    rows: tuple[DescriptiveRow, ...]
    checks: tuple[Check, ...] = ()
    kind: str = "descriptives"
    conventions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CrosstabRow(Record):
    """One category: counts and column percentages in the order of the table's columns, All last."""

    level: str
    counts: tuple[int, ...]
    percents: tuple[float | None, ...]


@dataclass(frozen=True)
class ChiSquare(Record):
    """Pearson's test of independence on the table without All, no continuity correction."""

    statistic: float
    df: int
    p_value: float
    cramers_v: float
    smallest_expected: float


@dataclass(frozen=True)
class CrosstabResult(Record):
    """Column percentages by group plus All; ``bases`` are the column totals that percentages stand on."""

    variable: str
    by: str
    columns: tuple[str, ...]
    bases: tuple[int, ...]
    rows: tuple[CrosstabRow, ...]
    decimals: int
    n: int
    chi_square: ChiSquare | None = None
    absent: Mapping[str, int] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    kind: str = "crosstab"
    conventions: Mapping[str, str] = field(default_factory=dict)
