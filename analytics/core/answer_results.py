"""What tables of questions with several answers return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from analytics.core.record import Record
from analytics.core.results import Check
from analytics.core.table_results import Figure


@dataclass(frozen=True)
class AnswerColumn(Record):
    """A group, or All: ``n`` rows of the base, ``valid`` rows that answered, ``nothing`` of them without any
    option, ``responses`` the options that they chose together; the same by weight."""

    n: int
    valid: int
    nothing: int
    responses: int
    weighted_n: Figure = None
    weighted_responses: Figure = None


@dataclass(frozen=True)
class OptionFigures(Record):
    """An option in one column.  ``percent`` of cases with its standard error and 95 % interval,
    ``of_responses`` in percent of all ticks with its standard error; ``plain_percent`` without weights."""

    count: int
    percent: Figure
    of_responses: Figure
    weighted_count: Figure = None
    std_error: Figure = None
    low: Figure = None
    high: Figure = None
    responses_error: Figure = None
    plain_percent: Figure = None
    plain_of_responses: Figure = None


@dataclass(frozen=True)
class OptionTest(Record):
    """Whether an option is chosen alike in all groups: ``pearson`` chi-square, or ``rao_scott`` F under a
    design (then ``df2``); ``adjusted`` is the p value for all options together."""

    test: str
    statistic: float
    df: float
    p_value: float
    adjusted: float
    df2: float | None = None


@dataclass(frozen=True)
class OptionRow(Record):
    """One option: figures in the order of the columns, All last."""

    option: str
    figures: tuple[OptionFigures, ...]
    test: OptionTest | None = None


@dataclass(frozen=True)
class MultipleResult(Record):
    """``rows`` by option, ``columns`` with All last; ``base`` is ``valid`` or ``ticked``."""

    n: int
    rows: tuple[OptionRow, ...]
    columns: tuple[AnswerColumn, ...]
    base: str
    adjust: str = "holm"
    by: str = ""
    checks: tuple[Check, ...] = ()
    conventions: Mapping[str, str] = field(default_factory=dict)
    kind: str = "multiple_response"


@dataclass(frozen=True)
class Ranked(Record):
    """A figure of a ranked option with its standard error."""

    value: Figure
    std_error: Figure = None


@dataclass(frozen=True)
class RankedFigures(Record):
    """An option in one column: ``counts`` of rows by rank, ``first`` and ``top`` in percent of cases,
    ``points`` on average over all cases (no rank, no points), ``of_points`` in percent of all points given,
    ``shares`` the sum of points times percent at each rank, of those who named that rank; ``rank`` on average
    among those who ranked it."""

    counts: tuple[int | None, ...]
    first: Ranked
    top: Ranked
    points: Ranked
    of_points: Ranked
    shares: Ranked
    rank: Ranked


@dataclass(frozen=True)
class RankedRow(Record):
    """One option: figures in the order of the columns, All last."""

    option: str
    figures: tuple[RankedFigures, ...]


@dataclass(frozen=True)
class RankedColumn(Record):
    """A group, or All: ``n`` rows that named a first rank, and how many of them named each rank."""

    n: int
    named: tuple[int | None, ...]
    weighted_n: Figure = None


@dataclass(frozen=True)
class RankedResult(Record):
    """``rows`` by option, ``columns`` with All last."""

    n: int
    rows: tuple[RankedRow, ...]
    columns: tuple[RankedColumn, ...]
    points: tuple[float, ...]
    top: int
    by: str = ""
    checks: tuple[Check, ...] = ()
    kind: str = "ranked_response"
