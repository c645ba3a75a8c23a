"""Findings on what AIC, BIC and log-likelihood imply: parameters, variances, rows, and nested models."""

from __future__ import annotations

import math
from collections.abc import Sequence

from analytics.core.audit.finding import AuditFinding, in_words, listed
from analytics.core.audit.implied import (
    MOST_ROWS,
    MULTILEVEL_LOGIT,
    REML_ROWS,
    ROWS,
    SINGLE_LEVEL_LOGIT,
    Implied,
    absorbed_dummies,
    implied,
    log_rows,
)
from analytics.core.targets import PrintedModel
from surveys.core.said import say


def fit_findings(models: Sequence[PrintedModel]) -> list[AuditFinding]:
    """Findings on parameters, variances, rows in BIC, and log-likelihoods of nested models."""
    found = implied(models)
    return [
        *_parameter_findings(found, absorbed_dummies(models)),
        *_variance_findings(found),
        *_bic_findings(found),
        *_nested_findings(models),
        *_below_simpler_findings(models),
    ]


def simpler(model: PrintedModel, models: Sequence[PrintedModel]) -> PrintedModel | None:
    """The largest single-level logit that ``model`` contains: it must fit at least as well."""
    inside = [one for one in models if one.kind == SINGLE_LEVEL_LOGIT and model.contains(one)]
    return max(inside, key=lambda one: len(one.terms), default=None)


def _parameter_findings(found: Sequence[Implied], absorbed: int | None) -> list[AuditFinding]:
    findings = []
    if found:
        counts = " ".join(str(one.whole_k) if one.whole_k is not None else f"{one.k:.2f}" for one in found)
        lines = [_parameter_line(one) for one in found]
        sentence = say(
            "AIC and log-likelihood imply {counts} parameters ({models}).",
            counts=counts,
            models=listed(one.model.label for one in found),
        )
        values = {one.model.column: one.k for one in found}
        findings.append(AuditFinding("aic_parameters", "info", sentence, tuple(lines), values=values))
    for one in found:
        if one.whole_k is None:
            sentence = say(
                "{label}: AIC and log-likelihood imply {k:.2f} parameters, no whole number."
                if one.k > 0
                else "{label}: AIC and log-likelihood imply {k:.2f} parameters: impossible as printed.",
                label=one.model.label,
                k=one.k,
            )
            line, columns = _parameter_line(one), (one.model.column,)
            findings.append(AuditFinding("aic_impossible", "error", sentence, (line,), columns))
    logits = [one for one in found if one.model.kind == SINGLE_LEVEL_LOGIT]
    if absorbed and logits:
        names = sorted({name for one in logits for name in one.model.absorbed}) or [say("a set not printed")]
        sentence = say(
            "{models} have {absorbed} parameters more than printed terms: {names} stands for "
            "{absorbed} dummies, that is {categories} categories.",
            models=listed(one.model.label for one in logits),
            absorbed=in_words(absorbed),
            names=names,
            categories=in_words(absorbed + 1),
        )
        lines = [
            say(
                "{label}: {whole_k} − {n} printed = {absorbed}",
                label=o.model.label,
                whole_k=o.whole_k,
                n=len(o.model.terms),
                absorbed=absorbed,
            )
            for o in logits
        ]
        findings.append(
            AuditFinding("absorbed_dummies", "info", sentence, tuple(lines), values={"dummies": absorbed})
        )
    return findings


def _parameter_line(one: Implied) -> str:
    return say(
        "{label}: ({aic} + 2 × {loglik}) / 2 = {k:.3f}",
        label=one.model.label,
        aic=one.model.fit["aic"].text,
        loglik=one.model.fit["loglik"].text,
        k=one.k,
    )


def _variance_findings(found: Sequence[Implied]) -> list[AuditFinding]:
    """A multilevel logit with one random intercept has one variance; two mean a residual variance as well."""
    odd = [one for one in found if one.model.kind == MULTILEVEL_LOGIT and one.variances not in (None, 1)]
    two = [one for one in odd if one.variances == 2]
    lines = tuple(
        say(
            "{label}: {whole_k} − {n} printed − {fixed} absorbed = {variances}",
            label=o.model.label,
            whole_k=o.whole_k,
            n=len(o.model.terms),
            fixed=(o.fixed or 0) - len(o.model.terms),
            variances=o.variances,
        )
        for o in two
    )
    findings = []
    if two:
        findings.append(
            AuditFinding(
                "gaussian_parameters",
                "error",
                say(
                    "{models} leave two parameters that are no terms. A multilevel logit with a random "
                    "intercept has one variance; two mean that a residual variance was estimated, as "
                    "in a Gaussian model.",
                    models=listed(o.model.label for o in two),
                ),
                lines,
                tuple(o.model.column for o in two),
                values={o.model.column: o.variances for o in two},
            )
        )
    for one in odd:
        if one not in two:
            sentence = say(
                "{label} has {variances} parameters beyond its terms; a multilevel logit with a random "
                "intercept has one.",
                label=one.model.label,
                variances=one.variances,
            )
            findings.append(AuditFinding("odd_parameters", "error", sentence, columns=(one.model.column,)))
    return findings


def _bic_findings(found: Sequence[Implied]) -> list[AuditFinding]:
    with_bic = [one for one in found if one.n is not None and (one.model.n or 0) > 0]
    findings = [_endless_rows(one, log_n) for one in found if (log_n := _too_many_rows(one)) is not None]
    for rows, code, severity, words in (
        (ROWS, "bic_rows", "info", say("the rows printed")),
        (
            REML_ROWS,
            "bic_reml",
            "error",
            say("the rows less the fixed effects, which is what REML fits (nlme) count"),
        ),
        (
            "",
            "bic_unexplained",
            "error",
            say("neither the rows printed nor the rows less the fixed effects"),
        ),
    ):
        group = [one for one in with_bic if one.bic_rows == rows]
        if group:
            counts = [f"{one.n:,.1f}" for one in group]
            findings.append(
                AuditFinding(
                    code,
                    severity,  # type: ignore[arg-type]
                    say(
                        "BIC of {models} implies n = {counts}: {what}.",
                        models=listed(one.model.label for one in group),
                        counts=counts,
                        what=words,
                    ),
                    tuple(line for one in group for line in _bic_lines(one)),
                    tuple(one.model.column for one in group),
                    values={one.model.column: one.n for one in group},
                )
            )
    return findings


def _too_many_rows(one: Implied) -> float | None:
    log_n = log_rows(one.model, one.whole_k)
    return log_n if log_n is not None and log_n > MOST_ROWS else None


def _endless_rows(one: Implied, log_n: float) -> AuditFinding:
    sentence = say(
        "{label}: BIC and log-likelihood imply more rows than could be counted: impossible as printed.",
        label=one.model.label,
    )
    line = say(
        "{label}: ln n = ({bic} + 2 × {loglik}) / {k} = {log_n:,.1f}",
        label=one.model.label,
        bic=one.model.fit["bic"].text,
        loglik=one.model.fit["loglik"].text,
        k=one.whole_k or 0,
        log_n=log_n,
    )
    return AuditFinding("bic_impossible", "error", sentence, (line,), (one.model.column,))


def _bic_lines(one: Implied) -> list[str]:
    assert one.n is not None and one.n_interval is not None and one.model.n is not None
    bic, loglik, k = one.model.fit["bic"], one.model.fit["loglik"], one.whole_k or 0
    lines = [
        say(
            "{label}: exp(({bic} + 2 × {loglik}) / {k}) = {n:,.1f}; print rounding allows {low:,.1f} "
            "to {high:,.1f}",
            label=one.model.label,
            bic=bic.text,
            loglik=loglik.text,
            k=k,
            n=one.n,
            low=one.n_interval.low,
            high=one.n_interval.high,
        ),
        say(
            "{label}: with n = {n:,} BIC would be {bic}, printed {printed}",
            label=one.model.label,
            n=one.model.n,
            bic=bic.like(_bic(k, one.model.n, loglik.value)),
            printed=bic.text,
        ),
    ]
    if one.bic_rows == REML_ROWS and one.fixed is not None:
        rows = one.model.n - one.fixed
        lines.append(
            say(
                "{label}: {n:,} − {fixed} fixed effects = {rows:,}; with it BIC is {bic}",
                label=one.model.label,
                n=one.model.n,
                fixed=one.fixed,
                rows=rows,
                bic=bic.like(_bic(k, rows, loglik.value)),
            )
        )
    return lines


def _bic(k: int, n: int, loglik: float) -> float:
    return k * math.log(n) - 2 * loglik


def _nested_findings(models: Sequence[PrintedModel]) -> list[AuditFinding]:
    """Among models of one kind on the same rows the larger cannot fit worse under maximum likelihood."""
    findings = []
    for larger in models:
        smaller = _next_smaller(larger, models)
        if smaller is None:
            continue
        gain = 2 * (larger.fit["loglik"].value - smaller.fit["loglik"].value)
        interval = (larger.fit["loglik"].interval - smaller.fit["loglik"].interval) * 2.0
        line = say(
            "2 × ({larger} − {smaller}) = {gain:.3f}",
            larger=larger.fit["loglik"].text,
            smaller=smaller.fit["loglik"].text,
            gain=gain,
        )
        values = {"statistic": gain}
        columns = (smaller.column, larger.column)
        if interval.high < 0:
            sentence = say(
                "{larger} contains {smaller} and has the lower log-likelihood: impossible by maximum "
                "likelihood, ordinary between REML fits that differ in their terms.",
                larger=larger.label,
                smaller=smaller.label,
            )
            findings.append(AuditFinding("loglik_falls", "error", sentence, (line,), columns, values=values))
        elif larger.kind == SINGLE_LEVEL_LOGIT:
            df = len(larger.terms) - len(smaller.terms)
            p = _upper_tail(gain, df)
            sentence = say(
                "{smaller} to {larger}: likelihood ratio {gain:.3f} on {df} df, p = {p:.1e}.",
                smaller=smaller.label,
                larger=larger.label,
                gain=gain,
                df=df,
                p=p,
            )
            values |= {"df": df, "p": p}
            findings.append(
                AuditFinding("likelihood_ratio", "info", sentence, (line,), columns, values=values)
            )
    return findings


def _next_smaller(larger: PrintedModel, models: Sequence[PrintedModel]) -> PrintedModel | None:
    inside = [
        one
        for one in models
        if one.kind == larger.kind
        and one.n == larger.n
        and larger.contains(one)
        and len(one.terms) < len(larger.terms)
        and "loglik" in one.fit
        and "loglik" in larger.fit
    ]
    return max(inside, key=lambda one: len(one.terms), default=None)


def _below_simpler_findings(models: Sequence[PrintedModel]) -> list[AuditFinding]:
    """A multilevel logit contains the logit without groups: its likelihood cannot be lower."""
    lines, columns, values = [], [], {}
    for model in models:
        base = simpler(model, models) if model.kind == MULTILEVEL_LOGIT else None
        if base is None or "loglik" not in base.fit or "loglik" not in model.fit or base.n != model.n:
            continue
        if (model.fit["loglik"].interval - base.fit["loglik"].interval).high < 0:
            gap = model.fit["loglik"].value - base.fit["loglik"].value
            lines.append(
                say(
                    "{label}: {loglik} − {base} ({base_label}) = {gap:.3f}",
                    label=model.label,
                    loglik=model.fit["loglik"].text,
                    base=base.fit["loglik"].text,
                    base_label=base.label,
                    gap=gap,
                )
            )
            columns.append(model)
            values[model.column] = 2 * gap
    if not columns:
        return []
    sentence = say(
        "As multilevel logits {models} would contain the logits beside them, yet their "
        "log-likelihoods are lower: impossible for a Bernoulli likelihood.",
        models=listed(one.label for one in columns),
    )
    names = tuple(one.column for one in columns)
    return [AuditFinding("loglik_below_simpler", "error", sentence, tuple(lines), names, values=values)]


def _upper_tail(statistic: float, df: int) -> float:
    """The chi-squared probability of more than ``statistic``; printed figures may make it negative."""
    from scipy.special import chdtrc  # takes long to import, and commands that compute nothing load this

    return float(chdtrc(df, max(statistic, 0.0)))
