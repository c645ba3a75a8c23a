"""What a multiverse returns: every specification with its numbers or the reason why there are none."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.core.record import Record

Figure = float | None


@dataclass(frozen=True)
class Specified(Record):
    """One model of the grid.  ``number`` counts from 1 in the order of the grid.

    ``estimate`` to ``df`` are those of the term in the model's own units, the odds ratio where it is a logit;
    ``effect`` to ``effect_high`` the average marginal effect, None where there is none.  ``value``, ``low``,
    ``high`` and ``p`` are what the curve shows: those of the estimate or of the effect, as the result's
    ``scale`` says.  ``rank`` is the place among the values in ascending order.  Without numbers ``reason``
    says why; ``warnings`` are the codes of what needs care.
    """

    number: int
    chosen: tuple[str, ...]
    kind: str
    formula: str
    term: str
    adopted: bool
    n_used: int
    reason: str = ""
    estimate: Figure = None
    std_error: Figure = None
    p_value: Figure = None
    conf_low: Figure = None
    conf_high: Figure = None
    df: Figure = None
    odds_ratio: Figure = None
    odds_ratio_low: Figure = None
    odds_ratio_high: Figure = None
    effect: Figure = None
    effect_error: Figure = None
    effect_p: Figure = None
    effect_low: Figure = None
    effect_high: Figure = None
    value: Figure = None
    low: Figure = None
    high: Figure = None
    p: Figure = None
    rank: int | None = None
    warnings: tuple[str, ...] = ()

    @property
    def has_numbers(self) -> bool:
        return self.value is not None


@dataclass(frozen=True)
class AlternativeFigures(Record):
    """The values under one alternative: how many, their mean and median, the share as expected."""

    name: str
    n: int
    mean: Figure = None
    median: Figure = None
    share_expected: Figure = None


@dataclass(frozen=True)
class AxisFigures(Record):
    """How much one axis moves the values: ``share`` of their variance, ``reach`` between its means."""

    name: str
    share: Figure
    reach: Figure
    alternatives: tuple[AlternativeFigures, ...]


@dataclass(frozen=True)
class Summary(Record):
    """All specifications together.

    ``expected`` is the sign held against: 1 or -1; shares are of the ``n`` specifications with numbers.
    ``adopted_rank`` counts from the smallest value.  ``together`` is the share of variance that all main
    effects explain; what is left are combinations of choices.
    """

    n: int
    n_failed: int
    expected: int
    lowest: Figure = None
    lower_quartile: Figure = None
    median: Figure = None
    upper_quartile: Figure = None
    highest: Figure = None
    n_expected: int = 0
    n_other: int = 0
    share_expected: Figure = None
    share_other: Figure = None
    share_sign: Figure = None
    adopted: Figure = None
    adopted_rank: int | None = None
    together: Figure = None
    axes: tuple[AxisFigures, ...] = ()
