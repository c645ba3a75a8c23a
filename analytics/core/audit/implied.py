"""What AIC, BIC and log-likelihood say of the number of parameters and the number of rows.

AIC = 2 k - 2 LL gives k; BIC = k ln n - 2 LL then gives n.  Under REML nlme counts n less the fixed effects.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.core.printed import Interval
from analytics.core.targets import PrintedModel

SINGLE_LEVEL_LOGIT = "logit"
MULTILEVEL_LOGIT = "multilevel_logit"
REML_ROWS = "rows_minus_fixed"
ROWS = "rows"
MOST_ROWS = math.log(1e15)  # ln of more rows than any table could have


@dataclass(frozen=True)
class Implied:
    """What one model's fit statistics imply.  ``k`` as computed, ``whole_k`` the one whole number it allows.

    ``fixed`` counts printed terms plus the absorbed dummies; ``variances`` what is left of k; ``n`` with its
    interval comes from BIC; ``bic_rows`` says which count of rows it is.
    """

    model: PrintedModel
    k: float
    whole_k: int | None
    fixed: int | None = None
    variances: int | None = None
    n: float | None = None
    n_interval: Interval | None = None
    bic_rows: str = ""


def implied(models: Sequence[PrintedModel]) -> tuple[Implied, ...]:
    """What the printed fit statistics imply, for every model that prints log-likelihood and AIC."""
    absorbed = absorbed_dummies(models)
    return tuple(_imply(model, absorbed) for model in models if "loglik" in model.fit and "aic" in model.fit)


def absorbed_dummies(models: Sequence[PrintedModel]) -> int | None:
    """How many dummies an absorbed set stands for: what the single-level logits have beyond printed terms.

    A logit has no variance, so all its parameters are terms.  None when the models disagree.
    """
    spare = {
        whole - len(model.terms)
        for model in models
        if model.kind == SINGLE_LEVEL_LOGIT and (whole := parameters(model)[1]) is not None
    }
    return spare.pop() if len(spare) == 1 else None


def parameters(model: PrintedModel) -> tuple[float, int | None]:
    """(AIC + 2 LL) / 2, and the one whole number above 0 within print rounding of it."""
    if "aic" not in model.fit or "loglik" not in model.fit:
        return math.nan, None
    aic, loglik = model.fit["aic"], model.fit["loglik"]
    whole = ((aic.interval + loglik.interval * 2.0) * 0.5).whole_numbers()
    return (aic.value + 2 * loglik.value) / 2, whole[0] if len(whole) == 1 and whole[0] > 0 else None


def _imply(model: PrintedModel, absorbed: int | None) -> Implied:
    k, whole = parameters(model)
    dummies = (absorbed if model.absorbed or model.kind == SINGLE_LEVEL_LOGIT else 0) if absorbed else 0
    fixed = (
        len(model.terms) + dummies
        if whole is not None and (absorbed is not None or not model.absorbed)
        else None
    )
    variances = whole - fixed if whole is not None and fixed is not None else None
    log_n = log_rows(model, whole)
    if whole is None or log_n is None or log_n > MOST_ROWS:
        return Implied(model, k, whole, fixed, variances)
    bic, loglik = model.fit["bic"], model.fit["loglik"]
    interval = ((bic.interval + loglik.interval * 2.0) * (1.0 / whole)).exp()
    n = math.exp(log_n)
    rows = ""
    if model.n is not None:
        rows = ROWS if model.n in interval else ""
        if not rows and fixed is not None and model.n > fixed and model.n - fixed in interval:
            rows = REML_ROWS
    return Implied(model, k, whole, fixed, variances, n, interval, rows)


def log_rows(model: PrintedModel, k: int | None) -> float | None:
    """(BIC + 2 LL) / k, the logarithm of the rows that BIC counts."""
    if k is None or "bic" not in model.fit:
        return None
    return (model.fit["bic"].value + 2 * model.fit["loglik"].value) / k
