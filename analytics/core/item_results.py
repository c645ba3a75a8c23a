"""What analyses of several items together return."""

from __future__ import annotations

from dataclasses import dataclass, field

from analytics.core.record import Record
from analytics.core.results import Check
from analytics.core.table_results import Figure


@dataclass(frozen=True)
class ItemFigures(Record):
    """An item of a scale: its mean and SD as used (turned round where it is reversed), its correlation with
    the sum of the others, alpha without it, and its loading on one factor.

    ``rarest`` counts the rows of the rarer answer where there are only two; it decides who is told the mean.
    """

    item: str
    mean: Figure
    sd: Figure
    item_rest: Figure
    alpha_dropped: Figure
    loading: Figure
    rarest: int | None = None


@dataclass(frozen=True)
class ReliabilityFigures(Record):
    """The reliability of a scale in one group, or in all rows: alpha with Feldt's 95 % interval,
    ``standardised`` alpha, McDonald's ``omega`` (total, one factor), the mean correlation of two items."""

    n: int
    alpha: Figure = None
    low: Figure = None
    high: Figure = None
    standardised: Figure = None
    omega: Figure = None
    mean_correlation: Figure = None
    items: tuple[ItemFigures, ...] = ()


@dataclass(frozen=True)
class ReliabilityResult(Record):
    """``groups`` in the order of the columns, All last; ``turned`` says between which ends items
    were turned round, ``guessed`` for which these are the smallest and largest answer."""

    n: int
    groups: tuple[ReliabilityFigures, ...]
    items: tuple[str, ...]
    correlations: str
    turned: dict[str, tuple[float, float]]
    guessed: tuple[str, ...] = ()
    by: str = ""
    checks: tuple[Check, ...] = ()
    kind: str = "reliability"


@dataclass(frozen=True)
class Loaded(Record):
    """An item on all factors: ``loadings`` (pattern), ``structure`` (correlations with the factors),
    ``communality``, ``uniqueness``, its sampling adequacy, and the weights of its standardised answer in the
    factor scores."""

    item: str
    loadings: tuple[float, ...]
    structure: tuple[float, ...]
    communality: float
    uniqueness: float
    kmo: Figure
    weights: tuple[float, ...]


@dataclass(frozen=True)
class FactorTest(Record):
    """A chi-square statistic with its degrees of freedom."""

    statistic: float
    df: int
    p_value: float


@dataclass(frozen=True)
class FactorResult(Record):
    """``rows`` by item, factors by falling sum of squares; ``phi`` their correlations.

    ``eigenvalues`` of the correlations stand beside ``random`` ones of parallel analysis (their 95th
    percentiles) and ``random_means``; ``suggested`` factors lie above.  ``sums`` are the sums of squared
    loadings, ``percents`` of the variance of all items.
    """

    n: int
    factors: int
    suggested: int
    extraction: str
    rotation: str
    correlations: str
    scores: str
    draws: int
    seed: int
    rows: tuple[Loaded, ...]
    eigenvalues: tuple[float, ...]
    random: tuple[float, ...]
    random_means: tuple[float, ...]
    sums: tuple[float, ...]
    percents: tuple[float, ...]
    phi: tuple[tuple[float, ...], ...]
    kmo: Figure
    bartlett: FactorTest | None = None
    fit: FactorTest | None = None
    rmsr: Figure = None
    turned: dict[str, tuple[float, float]] = field(default_factory=dict)
    guessed: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    kind: str = "factor"


@dataclass(frozen=True)
class Pair(Record):
    """The correlation of two variables (positions) over ``n`` rows, with a 95 % interval."""

    first: int
    second: int
    n: int
    value: Figure
    low: Figure = None
    high: Figure = None
    p_value: Figure = None
    adjusted: Figure = None


@dataclass(frozen=True)
class CorrelationResult(Record):
    """All pairs of ``variables``, row by row below the diagonal."""

    n: int
    variables: tuple[str, ...]
    pairs: tuple[Pair, ...]
    method: str
    missing: str
    adjust: str
    checks: tuple[Check, ...] = ()
    kind: str = "correlation"
