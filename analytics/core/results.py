"""What an analysis returns: small frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from analytics.core.record import Record
from analytics.core.results_after import Diagnostics, Prediction, Slope

Severity = Literal["info", "warning", "error"]

MOST_GROUP_EFFECTS = 200  # listed in JSON; more would swamp a stored run and no page shows them


@dataclass(frozen=True)
class Check(Record):
    """Something to know about an analysis before (design) or after (diagnostics) its numbers.

    ``error`` means that no numbers are given, ``warning`` that they need care, ``info`` a convention.
    ``terms`` names the columns of the design concerned.
    """

    severity: Severity
    code: str
    message: str
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Estimate(Record):
    """One coefficient. ``statistic`` is estimate / std_error, normal when ``df`` is ``None``, else t.

    ``category`` names the equation of a multinomial logit.
    """

    term: str
    estimate: float
    std_error: float
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float
    df: float | None = None
    odds_ratio: float | None = None
    odds_ratio_low: float | None = None
    odds_ratio_high: float | None = None
    category: str | None = None

    @property
    def without_odds(self) -> Estimate:
        """The same of something that is no log odds ratio: a threshold."""
        return replace(self, odds_ratio=None, odds_ratio_low=None, odds_ratio_high=None)


@dataclass(frozen=True)
class MarginalEffect(Record):
    """The average change in the predicted probability; standard error by the delta method.

    Per unit of a continuous variable, from 0 to 1 of a dummy, from the reference to a category: ``term`` is
    the variable, or ``C(variable)[category]``, whatever products, powers and logs it enters.  Of a
    multilevel logit it is that over all groups, given the estimated variances; ``typical`` is the change in
    a group whose effects are 0.
    """

    term: str
    estimate: float
    std_error: float
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float
    category: str | None = None  # of the outcome, where it has several
    typical: float | None = None


@dataclass(frozen=True)
class OddsTest(Record):
    """Brant's Wald test that slopes are the same at every cut of the outcome; of one ``term``, or of all."""

    term: str
    statistic: float
    df: int
    p_value: float


@dataclass(frozen=True)
class Fit(Record):
    """How well a model fits, with every convention named.

    ``df`` counts all parameters of the likelihood (fixed effects and variances); ``aic`` = 2 df - 2 loglik;
    ``bic`` = df ln(bic_n) - 2 loglik. ``bic_convention`` says what ``bic_n`` counts: ``rows``, or
    ``rows_minus_fixed`` as nlme does under REML; ``bic_rows`` always uses the rows (as lme4 does).
    ``likelihood`` is ``ml``, ``reml``, ``laplace`` or ``quadrature``, this with ``nodes``.
    """

    loglik: float
    aic: float
    bic: float
    n: int
    df: int
    likelihood: str = "ml"
    bic_n: int = 0
    bic_convention: str = "rows"
    bic_rows: float | None = None
    n_fixed: int = 0
    loglik_null: float | None = None
    mcfadden_r2: float | None = None
    lr_chi2: float | None = None
    lr_df: int | None = None
    lr_p: float | None = None
    r2: float | None = None
    adjusted_r2: float | None = None
    f_statistic: float | None = None
    f_p: float | None = None
    nodes: int | None = None


@dataclass(frozen=True)
class RandomEffect(Record):
    """One variance of a mixed model: ``term`` is ``(Intercept)`` or a slope of a group, or ``Residual``."""

    group: str
    term: str
    variance: float
    std_dev: float
    n_groups: int | None = None
    std_error: float | None = None  # of the standard deviation, where the likelihood gives it


@dataclass(frozen=True)
class RandomCorrelation(Record):
    """How the effects of two terms go together over the groups; ``covariance`` in the terms' units."""

    group: str
    first: str
    second: str
    value: float
    covariance: float


@dataclass(frozen=True)
class GroupEffect(Record):
    """The predicted effect of one group (conditional mode) and its conditional standard deviation.

    ``term`` says whether on the constant or on a slope.
    """

    group: str
    level: str
    estimate: float
    std_dev: float
    n: int
    term: str = "(Intercept)"


@dataclass(frozen=True)
class Icc(Record):
    """Intraclass correlation; ``scale`` is ``response`` (units of the outcome) or ``latent_logit``.

    With random slopes it differs from row to row and is told where every slope's term is 0: the scale then
    ends in ``_at_zero``.
    """

    value: float
    scale: str
    between: float
    within: float


@dataclass(frozen=True)
class Probabilities(Record):
    """Of a multilevel logit, means over the rows used: the outcome's share, and what the model says of it.

    ``typical``: in a group whose effects are 0; ``averaged``: over all the groups that there might be.
    """

    observed: float
    typical: float
    averaged: float


@dataclass(frozen=True)
class Convergence(Record):
    """How the optimiser ended: the largest score and the Newton decrement at the answer.

    ``curvature`` is the smallest eigenvalue of the Hessian in the variance parameters (of the deviance, or
    of minus the log-likelihood): over 0 at a proper optimum.
    """

    converged: bool
    iterations: int
    gradient: float
    decrement: float
    curvature: float | None = None


@dataclass(frozen=True)
class ModelResult(Record):
    """A fitted model, or one that failed: then ``converged`` is false and no numbers are given.

    ``covariance`` (of the fixed effects, k x k in the order of ``estimates``) stays out of the JSON: it is
    large, and running the same specification again gives the same one.
    """

    kind: str
    converged: bool
    estimates: tuple[Estimate, ...] = ()
    thresholds: tuple[Estimate, ...] = ()
    fit: Fit | None = None
    random: tuple[RandomEffect, ...] = ()
    random_correlations: tuple[RandomCorrelation, ...] = ()
    icc: Icc | None = None
    median_odds_ratio: float | None = None
    probabilities: Probabilities | None = None
    group_effects: tuple[GroupEffect, ...] = ()
    marginal_effects: tuple[MarginalEffect, ...] = ()
    proportional_odds: tuple[OddsTest, ...] = ()
    slopes: tuple[Slope, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    diagnostics: Diagnostics | None = None
    checks: tuple[Check, ...] = ()
    method: Mapping[str, Any] = field(default_factory=dict)
    conventions: Mapping[str, str] = field(default_factory=dict)
    convergence: Convergence | None = None
    dropped: tuple[str, ...] = ()
    covariance: tuple[tuple[float, ...], ...] = field(default=(), metadata={"json": False})

    def as_json(self) -> dict[str, Any]:
        result = super().as_json()
        if len(self.group_effects) > MOST_GROUP_EFFECTS:
            result["group_effects"] = []
        return result

    def of(self, term: str) -> Estimate:
        """The estimate of ``term``; ``KeyError`` when the model has none."""
        for estimate in self.estimates:
            if estimate.term == term:
                return estimate
        raise KeyError(term)
