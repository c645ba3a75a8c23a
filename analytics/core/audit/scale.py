"""On which scale a model's slopes are: the logit's, or that of the share itself (linear probability).

A linear model of a 0/1 outcome has slopes about p (1 - p) times those of the logit; its constant plus
slopes times means is the observed share itself, not its logit; its likelihood gives a residual variance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from analytics.core.audit.finding import AuditFinding, listed
from analytics.core.audit.fit import simpler
from analytics.core.audit.implied import MULTILEVEL_LOGIT, SINGLE_LEVEL_LOGIT
from analytics.core.printed import Interval, exactly
from analytics.core.targets import Moments, PrintedModel, is_constant
from surveys.core.said import both, say

CLEAR_Z = 2.0  # ratios of slopes are read where the logit's slope is clear of noise
LARGE = 30.0  # ln of a residual variance that no outcome of 0 and 1 could have
NEAR = 0.25  # how far, relatively, a median ratio may be from p (1 - p) to speak for the linear scale


def scale_findings(
    models: Sequence[PrintedModel], moments: Moments | None, outcome: str
) -> list[AuditFinding]:
    """Findings on the scale of the multilevel models beside the logits, where both are printed."""
    share = varying_share(moments, outcome)
    findings = _ratio_findings(models, share)
    if moments is not None and share is not None:
        findings += _at_means_findings(models, moments, share)
        findings += _loglik_findings(models, moments.n(outcome) or 0, share)
    return findings


def varying_share(moments: Moments | None, outcome: str) -> float | None:
    """The outcome's share of ones, where it is one that an outcome of a model can have."""
    share = moments.share(outcome) if moments is not None and outcome else None
    return share if share is not None and 0 < share < 1 else None


def slope_ratio(model: PrintedModel, base: PrintedModel) -> tuple[float, float | None, int] | None:
    """(median ratio of slopes where |z| > 2 in ``base``, median ratio of SEs, number of slopes).

    Without standard errors in ``model`` there is no ratio of them.
    """
    shared = [t for t in base.estimates if t in model.estimates and not is_constant(t) and t in base.errors]
    clear = [
        t
        for t in shared
        if base.errors[t].value and abs(base.estimates[t].value / base.errors[t].value) > CLEAR_Z
    ]
    errors = [
        model.errors[t].value / base.errors[t].value
        for t in shared
        if t in model.errors and base.errors[t].value
    ]
    if not clear:
        return None
    slopes = [model.estimates[t].value / base.estimates[t].value for t in clear]
    return median(slopes), median(errors) if errors else None, len(clear)


def _ratio_findings(models: Sequence[PrintedModel], share: float | None) -> list[AuditFinding]:
    found: list[tuple[PrintedModel, float]] = []
    lines = []
    for model in models:
        base = simpler(model, models) if model.kind == MULTILEVEL_LOGIT else None
        ratio = slope_ratio(model, base) if base is not None else None
        if base is not None and ratio is not None and ratio[0] < 0.5:
            slopes, errors, count = ratio
            found.append((model, slopes))
            lines.append(
                say(
                    "{label} / {base}: median ratio of {count} slopes {slopes:.3f}, of standard "
                    "errors {errors}"
                    if errors is not None
                    else "{label} / {base}: median ratio of {count} slopes {slopes:.3f}; no standard "
                    "errors are printed",
                    label=model.label,
                    base=base.label,
                    count=count,
                    slopes=slopes,
                    errors=f"{errors or 0:.3f}",
                )
            )
    if not found:
        return []
    spread = share * (1 - share) if share is not None else None
    sentence = say(
        "Slopes of {models} are {low:.2f} to {high:.2f} times those of the logits; those of a "
        "multilevel logit would be as large or larger.",
        models=listed(m.label for m, _ in found),
        low=min(r for _, r in found),
        high=max(r for _, r in found),
    )
    values = {model.column: ratio for model, ratio in found}
    if spread is not None:
        values["p(1-p)"] = spread
        lines.append(
            say(
                "p (1 − p) = {share:.4f} × {rest:.4f} = {spread:.4f}",
                share=share,
                rest=1 - (share or 0),
                spread=spread,
            )
        )
        if all(abs(ratio / spread - 1) <= NEAR for _, ratio in found):
            sentence = both(
                sentence,
                say("p (1 − p) is {spread:.3f}: this is the linear probability scale.", spread=spread),
            )
    names = tuple(model.column for model, _ in found)
    return [AuditFinding("linear_scale_slopes", "error", sentence, tuple(lines), names, values=values)]


def at_means(model: PrintedModel, moments: Moments, centred: bool = False) -> tuple[float, Interval] | None:
    """Constant plus slopes times means, with the interval that print rounding leaves; absorbed sets left out.

    Products enter as the product of the means; ``centred`` reads every moderator that is no dummy as centred.
    None when the constant or the mean of a term is not printed.
    """
    total, interval, has_constant = 0.0, exactly(0.0), False
    moving = {part for term in model.estimates if ":" in term for part in term.split(":")}
    for term, slope in model.estimates.items():
        if is_constant(term):
            total, interval, has_constant = total + slope.value, interval + slope.interval, True
            continue
        parts = term.split(":")
        means = [moments.mean(part) for part in parts]
        if any(mean is None for mean in means):
            return None
        if centred and any(part in moving and not moments.is_dummy(part) for part in parts):
            continue
        value, product = slope.value, slope.interval
        for mean in means:
            assert mean is not None
            value, product = value * mean.value, product * mean.interval
        total, interval = total + value, interval + product
    return (total, interval) if has_constant else None


def null_loglik(n: int, share: float) -> float:
    """The log-likelihood of a logit with a constant alone."""
    return n * (share * math.log(share) + (1 - share) * math.log(1 - share))


def _at_means_findings(models: Sequence[PrintedModel], moments: Moments, share: float) -> list[AuditFinding]:
    logit, found, lines, values = math.log(share / (1 - share)), [], [], {}
    for model in models:
        if model.kind != MULTILEVEL_LOGIT:
            continue
        products = any(":" in term for term in model.estimates)
        sum_of = at_means(model, moments, centred=products)
        if sum_of is None:
            continue
        total, interval = sum_of
        values[model.column] = total
        lines.append(
            say(
                "{label}: constant + Σ slope × mean (moderators centred) = {total:.3f}; print rounding "
                "allows {low:.3f} to {high:.3f}"
                if products
                else "{label}: constant + Σ slope × mean = {total:.3f}; print rounding allows {low:.3f} to "
                "{high:.3f}",
                label=model.label,
                total=total,
                low=interval.low,
                high=interval.high,
            )
        )
        if products and (as_is := at_means(model, moments)) is not None:
            values[f"{model.column} not centred"] = as_is[0]
            lines.append(
                say(
                    "{label}: the same with moderators not centred = {total:.3f}",
                    label=model.label,
                    total=as_is[0],
                )
            )
        if share in interval and logit not in interval:
            found.append(model)
    if not found:
        return []
    lines.append(say("observed share = {share:.4f}; its logit = {logit:.3f}", share=share, logit=logit))
    sentence = say(
        "Constant plus slopes times means of {models} is the observed share {share:.3f} itself, not its "
        "logit {logit:.2f}: the linear predictor is a probability.",
        models=listed(one.label for one in found),
        share=share,
        logit=logit,
    )
    values |= {"share": share, "logit": logit}
    names = tuple(one.column for one in found)
    return [AuditFinding("linear_scale_at_means", "error", sentence, tuple(lines), names, values=values)]


def _loglik_findings(models: Sequence[PrintedModel], n: int, share: float) -> list[AuditFinding]:
    """McFadden's R2 of the logits, and the residual variance if the other likelihoods are Gaussian."""
    null = null_loglik(n, share)
    lines = [
        say(
            "null log-likelihood of a logit: {n:,} × [p ln p + (1 − p) ln(1 − p)] = {null:,.3f}",
            n=n,
            null=null,
        )
    ]
    values: dict[str, float] = {"null": null}
    gaussian = []
    for model in models:
        if "loglik" not in model.fit or model.n != n:
            continue
        loglik = model.fit["loglik"].value
        if model.kind == SINGLE_LEVEL_LOGIT:
            values[model.column] = 1 - loglik / null
            lines.append(
                say(
                    "{label}: McFadden R² = 1 − {loglik:,.3f} / {null:,.3f} = {r2:.4f}",
                    label=model.label,
                    loglik=loglik,
                    null=null,
                    r2=1 - loglik / null,
                )
            )
        elif model.kind == MULTILEVEL_LOGIT:
            log_variance = -2 * loglik / n - 1 - math.log(2 * math.pi)
            if log_variance > LARGE:
                continue
            variance = math.exp(log_variance)
            values[model.column] = variance
            gaussian.append(model)
            lines.append(
                say(
                    "{label}: read as Gaussian, the residual variance is exp(−2 LL / n − 1 − ln 2π) = "
                    "{variance:.4f}, against p (1 − p) = {spread:.4f}: R² = {r2:.3f}",
                    label=model.label,
                    variance=variance,
                    spread=share * (1 - share),
                    r2=1 - variance / (share * (1 - share)),
                )
            )
    if len(values) == 1:
        return []
    sentence = say("The null log-likelihood of a logit on these rows is {null:,.1f}.", null=null)
    if gaussian:
        sentence = both(
            sentence,
            say(
                "Read as Gaussian, the log-likelihoods of {models} give a residual variance a little "
                "under p (1 − p), as a linear probability model has.",
                models=listed(one.label for one in gaussian),
            ),
        )
    return [AuditFinding("loglik_scale", "info", sentence, tuple(lines), values=values)]
