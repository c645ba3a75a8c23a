"""Terms whose verdict at five percent is another in another family of models."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.core.audit.finding import AuditFinding
from analytics.core.audit.fit import simpler
from analytics.core.audit.implied import MULTILEVEL_LOGIT
from analytics.core.audit.tails import p_interval_of_t
from analytics.core.printed import Interval
from analytics.core.targets import PrintedModel, is_constant
from surveys.core.said import say

LEVEL = 0.05


def family_findings(models: Sequence[PrintedModel]) -> list[AuditFinding]:
    """Per model beside its single-level counterpart: terms significant in one and not in the other."""
    findings = []
    for model in models:
        base = simpler(model, models) if model.kind == MULTILEVEL_LOGIT else None
        if base is None:
            continue
        apart = [term for term in base.estimates if not is_constant(term) and _differs(base, model, term)]
        if not apart:
            continue
        sentence = say(
            "At five percent {n} terms have one verdict in {base} and another in {model}.",
            n=len(apart),
            base=base.label,
            model=model.label,
        )
        lines = tuple(
            say(
                "{term}: {base} {one}; {model} {other}",
                term=term,
                base=base.label,
                one=_shown(base, term),
                model=model.label,
                other=_shown(model, term),
            )
            for term in apart
        )
        columns = base.column, model.column
        findings.append(AuditFinding("verdicts_by_family", "info", sentence, lines, columns, tuple(apart)))
    return findings


def _p(model: PrintedModel, term: str) -> Interval | None:
    estimate, error = model.estimates.get(term), model.errors.get(term)
    if estimate is None or error is None or error.value <= 0:
        return None
    return p_interval_of_t(estimate.interval.over(error.interval))


def _is_significant(model: PrintedModel, term: str) -> bool | None:
    """By its stars where the table prints them; else by p, None where rounding leaves it open."""
    if model.stars:
        return model.stars.get(term, "") in ("*", "**", "***")
    p = _p(model, term)
    if p is None or p.low < LEVEL <= p.high:
        return None
    return p.high < LEVEL


def _differs(base: PrintedModel, model: PrintedModel, term: str) -> bool:
    if term not in model.estimates or term not in base.errors or term not in model.errors:
        return False
    one, other = _is_significant(base, term), _is_significant(model, term)
    return one is not None and other is not None and one != other


def _shown(model: PrintedModel, term: str) -> str:
    return f"{model.estimates[term].text}{model.stars.get(term, '')} ({model.errors[term].text})"
