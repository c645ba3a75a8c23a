"""What a table without a model returns: descriptives and crosstabs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from analytics.core.record import Record
from analytics.core.results import Check

Figure = float | None


@dataclass(frozen=True)
class GroupFigures(Record):
    """The figures of one line in one group; ``std_error`` and its interval as in the line itself."""

    n: int
    weighted_n: Figure = None
    count: int | None = None
    weighted_count: Figure = None
    percent: Figure = None
    mean: Figure = None
    sd: Figure = None
    std_error: Figure = None
    low: Figure = None
    high: Figure = None


@dataclass(frozen=True)
class DescriptiveRow(Record):
    """One line of a descriptive table.

    ``kind``: ``share`` (0/1: count of ones and percent of n), ``mean`` (mean, SD with n - 1), or ``level``
    (one line per category, named by ``level``). ``n`` counts valid rows, ``absent`` the others by reason;
    ``minimum_rows`` and ``maximum_rows`` how many hold the extremes, which decides who is told them.
    Of a weighted table n and count stay those of rows, and ``weighted_n`` and ``weighted_count`` add weights.
    ``std_error``, ``low`` and ``high`` are those of the percent, or of the mean of kind ``mean``; a design
    gives them. ``groups`` holds the same by group, ``difference`` the standardised one, on the first line of
    a variable (see ``analytics.core.standardised``).
    """

    variable: str
    kind: str
    n: int
    count: int | None = None
    percent: Figure = None
    mean: Figure = None
    sd: Figure = None
    minimum: Figure = None
    maximum: Figure = None
    minimum_rows: int | None = None
    maximum_rows: int | None = None
    level: str = ""
    absent: Mapping[str, int] = field(default_factory=dict)
    weighted_n: Figure = None
    weighted_count: Figure = None
    std_error: Figure = None
    low: Figure = None
    high: Figure = None
    groups: tuple[GroupFigures, ...] = ()
    difference: Figure = None


@dataclass(frozen=True)
class Group(Record):
    """A group of a descriptive table, with its rows and their weights."""

    label: str
    n: int
    weighted_n: Figure = None


@dataclass(frozen=True)
class DescriptivesResult(Record):
    """A descriptive table of a mixed list of variables; ``n`` counts the rows looked at."""

    n: int
    rows: tuple[DescriptiveRow, ...]
    checks: tuple[Check, ...] = ()
    kind: str = "descriptives"
    conventions: Mapping[str, str] = field(default_factory=dict)
    by: str = ""
    groups: tuple[Group, ...] = ()
    weighted_n: Figure = None


@dataclass(frozen=True)
class CrosstabRow(Record):
    """One category: counts and percentages in the order of the table's columns, All last.

    Under a design ``weighted`` holds the sums of weights, ``errors`` the standard errors of the unrounded
    percentages ``exact``, ``lows`` and ``highs`` their 95 % intervals. ``forced`` marks percentages that were
    changed to make a total; ``letters`` names the columns whose percentage is significantly smaller.
    """

    level: str
    counts: tuple[int, ...]
    percents: tuple[Figure, ...]
    weighted: tuple[Figure, ...] = ()
    exact: tuple[Figure, ...] = ()
    errors: tuple[Figure, ...] = ()
    lows: tuple[Figure, ...] = ()
    highs: tuple[Figure, ...] = ()
    forced: tuple[bool, ...] = ()
    letters: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChiSquare(Record):
    """Pearson's test of independence on the table without All, no continuity correction."""

    statistic: float
    df: int
    p_value: float
    cramers_v: float
    smallest_expected: float


@dataclass(frozen=True)
class RaoScott(Record):
    """Rao and Scott's second-order F of a table from a sampling design.

    ``pearson`` is the statistic on weighted shares before correction, ``mean_effect`` the mean design effect
    of the contrasts, ``cramers_v`` that of the weighted shares.
    """

    statistic: float
    df1: float
    df2: float
    p_value: float
    pearson: float
    mean_effect: float
    cramers_v: float


@dataclass(frozen=True)
class Difference(Record):
    """Percentage points by which ``first`` is above ``second`` in row ``row`` (positions), 95 % interval."""

    row: int
    first: int
    second: int
    value: Figure
    low: Figure = None
    high: Figure = None


@dataclass(frozen=True)
class NetChange(Record):
    """A category at the first and the second item in percent, and the change in percentage points."""

    level: str
    before: Figure
    after: Figure
    change: Figure
    error: Figure = None
    low: Figure = None
    high: Figure = None


@dataclass(frozen=True)
class PairedChange(Record):
    """Change between two items of the same rows.

    ``test``: ``mcnemar`` (two categories), ``stuart_maxwell`` (more) or ``wald_f`` (under a design).
    ``exact_p`` is McNemar's binomial one; ``df2`` belongs to the F; ``changed`` counts rows that moved.
    """

    changed: int
    categories: tuple[NetChange, ...]
    test: str
    statistic: Figure = None
    df: Figure = None
    df2: Figure = None
    p_value: Figure = None
    exact_p: Figure = None


@dataclass(frozen=True)
class CrosstabResult(Record):
    """Percentages by group plus All; ``bases`` are the counts of the columns, All last.

    ``percent`` says of which base: ``column``, ``row`` or ``total``. ``all_percents`` is the row of all
    categories. ``population`` counts the rows of the sub-population that ``where`` names (``n``, and with
    weights ``weighted_n`` and its ``share`` of all rows in percent), before rows are lost to absences.
    """

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
    percent: str = "column"
    weighted_bases: tuple[Figure, ...] = ()
    all_percents: tuple[Figure, ...] = ()
    rao_scott: RaoScott | None = None
    differences: tuple[Difference, ...] = ()
    paired: PairedChange | None = None
