"""Records of what is computed after a fit: slopes of products, predictions and diagnostics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.core.record import Record


@dataclass(frozen=True)
class Slope(Record):
    """How the linear predictor moves with ``term`` where other variables are held ``at`` values.

    Per unit of a number, from 0 to 1, or from the reference to a category; an average over the rows used
    where it depends on more than what is held.  ``effect`` is the same in the probability, of logits.
    """

    term: str
    at: Mapping[str, Any]
    estimate: float
    std_error: float
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float
    df: float | None = None
    effect: float | None = None
    effect_std_error: float | None = None


@dataclass(frozen=True)
class Prediction(Record):
    """The average predicted value, or probability, with variables set ``at`` values in every row used."""

    at: Mapping[str, Any]
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float


@dataclass(frozen=True)
class Influence(Record):
    """The rows that weigh most: the largest figures, and how many rows lie over the customary limits.

    ``dfbetas`` holds, by term, the largest change of a coefficient in standard errors when one row is left
    out.  These are figures of single rows: they are told only with the data.
    """

    leverage: float
    leverage_limit: float
    leverage_rows: int
    cook: float
    cook_limit: float
    cook_rows: int
    dfbetas: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Tested(Record):
    """A statistic with its chi-square test."""

    statistic: float
    df: int
    p_value: float


@dataclass(frozen=True)
class CalibrationGroup(Record):
    """Rows of neighbouring predicted probability: how many, what was predicted, what happened."""

    n: int
    predicted: float
    observed: float


@dataclass(frozen=True)
class Diagnostics(Record):
    """What to look at after a fit; parts that a model does not have are ``None``."""

    vif: Mapping[str, float] = field(default_factory=dict)
    influence: Influence | None = None
    breusch_pagan: Tested | None = None
    skewness: float | None = None
    kurtosis: float | None = None
    jarque_bera: Tested | None = None
    hosmer_lemeshow: Tested | None = None
    calibration: tuple[CalibrationGroup, ...] = ()
    brier: float | None = None
    auc: float | None = None
