"""What the coefficients of nested models say of centring, and counts of variables that exclude each other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from analytics.core.audit.finding import AuditFinding
from analytics.core.audit.implied import SINGLE_LEVEL_LOGIT
from analytics.core.audit.scale import null_loglik, varying_share
from analytics.core.targets import Moments, PrintedModel
from surveys.core.said import say

NEARLY_ALL = 0.002  # share of rows on which two variables may differ from being complements
LARGE_VIF = 100.0


def centring_findings(models: Sequence[PrintedModel], moments: Moments | None) -> list[AuditFinding]:
    """Mean effects that a model with products implies, centred or not, beside the model without products.

    A variable in two or more products is read as the one moderated; other moderators than dummies may be
    centred.
    """
    if moments is None:
        return []
    lines: list[str] = []
    values: dict[str, float] = {}
    nearer: list[bool] = []
    for model in models:
        plain = _without_products(model, models)
        if plain is None:
            continue
        for focus in _moderated(model):
            effects = _mean_effects(model, focus, moments)
            if effects is None or focus not in plain.estimates:
                continue
            as_is, centred = effects
            without = plain.estimates[focus].value
            nearer.append(abs(centred - without) < abs(as_is - without))
            values |= {
                f"{model.column} {focus} not centred": as_is,
                f"{model.column} {focus} centred": centred,
            }
            lines.append(
                say(
                    "{label}, {focus}: mean effect {as_is:.3f} if products are not centred, "
                    "{centred:.3f} if they are; {plain} prints {printed}",
                    label=model.label,
                    focus=focus,
                    as_is=as_is,
                    centred=centred,
                    plain=plain.label,
                    printed=plain.estimates[focus].text,
                )
            )
    if not lines or not all(nearer):
        return []
    sentence = "The mean effects agree with the models without products only if the moderators were centred."
    return [AuditFinding("centred_moderators", "info", sentence, tuple(lines), values=values)]


def complement_findings(
    models: Sequence[PrintedModel], moments: Moments | None, outcome: str
) -> list[AuditFinding]:
    """Pairs of dummies whose counts add to nearly all rows: together they say almost one thing twice."""
    if moments is None:
        return []
    findings = []
    logits = [model for model in models if model.kind == SINGLE_LEVEL_LOGIT]
    terms = [t for t in dict.fromkeys(t for m in models for t in m.estimates) if moments.is_dummy(t)]
    for one, other in itertools.combinations(terms, 2):
        first, second = moments.share(one), moments.share(other)
        n = moments.n(one) or 0
        if (
            first is None
            or second is None
            or abs(first + second - 1) > NEARLY_ALL
            or min(first, second) < 0.01
        ):
            continue
        counts = round(first * n), round(second * n)
        apart = abs(n - sum(counts))
        lines = [
            say(
                "{first:,} + {second:,} = {total:,} of {n:,}: they differ from complements in {apart}",
                first=counts[0],
                second=counts[1],
                total=sum(counts),
                n=n,
                apart=apart,
            )
        ]
        lines += [line for model in logits[:1] for line in _inflation(model, (one, other), moments, outcome)]
        sentence = say(
            "{one} and {other} are each other's complement but for {apart} of {n:,} records: their "
            "coefficients rest on those records and carry no information.",
            one=one,
            other=other,
            apart=apart,
            n=n,
        )
        findings.append(
            AuditFinding(
                "complements", "warning", sentence, tuple(lines), terms=(one, other), values={"apart": apart}
            )
        )
    return findings


def _inflation(model: PrintedModel, terms: tuple[str, str], moments: Moments, outcome: str) -> list[str]:
    """VIF = SE² x n x variance of the variable x mean p (1 - p), which McFadden's R² brings down."""
    share_of_ones = varying_share(moments, outcome)
    if share_of_ones is None or "loglik" not in model.fit or (model.n or 0) <= 0:
        return []
    spread = share_of_ones * (1 - share_of_ones)
    null = null_loglik(model.n or 0, share_of_ones)
    weight = spread * model.fit["loglik"].value / null
    lines = []
    for term in terms:
        share, error, n = moments.share(term), model.errors.get(term), moments.n(term)
        if share is None or error is None or not n:
            continue
        vif = error.value**2 * n * share * (1 - share) * weight
        if vif > LARGE_VIF:
            lines.append(
                say(
                    "{label}, {term}: SE {error} is that of a variance inflation of about {error}² × "
                    "{n:,} × {share:.3f} × {rest:.3f} × {weight:.3f} = {vif:,.0f}",
                    label=model.label,
                    term=term,
                    error=error.text,
                    n=n,
                    share=share,
                    rest=1 - share,
                    weight=weight,
                    vif=vif,
                )
            )
    return lines


def _without_products(model: PrintedModel, models: Sequence[PrintedModel]) -> PrintedModel | None:
    if not any(":" in term for term in model.estimates):
        return None
    plain = {term for term in model.estimates if ":" not in term}
    return next((one for one in models if one.kind == model.kind and set(one.estimates) == plain), None)


def _moderated(model: PrintedModel) -> list[str]:
    parts = [part for term in model.estimates if term.count(":") == 1 for part in term.split(":")]
    partners = {part: [t for t in model.estimates if ":" in t and part in t.split(":")] for part in parts}
    most = max((len(terms) for terms in partners.values()), default=0)
    return [part for part, terms in partners.items() if len(terms) == most >= 2]


def _mean_effects(model: PrintedModel, focus: str, moments: Moments) -> tuple[float, float] | None:
    as_is = centred = model.estimates[focus].value if focus in model.estimates else 0.0
    for term, slope in model.estimates.items():
        parts = term.split(":")
        if len(parts) != 2 or focus not in parts:
            continue
        other = parts[1] if parts[0] == focus else parts[0]
        mean = moments.mean(other)
        if mean is None:
            return None
        as_is += slope.value * mean.value
        centred += slope.value * mean.value if moments.is_dummy(other) else 0.0
    return as_is, centred
