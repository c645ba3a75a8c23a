"""Figures that cannot be what they are printed as, whatever stands beside them."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.core.audit.finding import AuditFinding
from analytics.core.targets import Moments, PrintedModel
from surveys.core.said import say

IMPOSSIBLE = "impossible"


def impossible_findings(
    models: Sequence[PrintedModel], moments: Moments | None, outcome: str
) -> list[AuditFinding]:
    """Models of no rows, negative standard errors, and an outcome that does not vary."""
    findings = [_no_rows(model) for model in models if model.n is not None and model.n <= 0]
    findings += [
        _negative_error(model, term)
        for model in models
        for term, error in model.errors.items()
        if error.value < 0
    ]
    if moments is not None and outcome:
        findings += _outcome_findings(moments, outcome)
    return findings


def _no_rows(model: PrintedModel) -> AuditFinding:
    n = model.fit["n"].text
    sentence = say("{label}: a model of {n} rows is impossible as printed.", label=model.label, n=n)
    line = say("{label}: n = {n}, and a model needs rows", label=model.label, n=n)
    return AuditFinding(IMPOSSIBLE, "error", sentence, (line,), (model.column,))


def _negative_error(model: PrintedModel, term: str) -> AuditFinding:
    error = model.errors[term].text
    sentence = say(
        "{label}, {term}: a standard error of {error} is impossible as printed.",
        label=model.label,
        term=term,
        error=error,
    )
    line = say("{error} < 0, and a standard error is the root of a variance", error=error)
    return AuditFinding(IMPOSSIBLE, "error", sentence, (line,), (model.column,), (term,))


def _outcome_findings(moments: Moments, outcome: str) -> list[AuditFinding]:
    """A share of ones that is 0, 1 or outside: there would be nothing to explain."""
    share, count = moments.share(outcome), moments.table.figure(moments.column, outcome, "count")
    if share is None or count is None or 0 < share < 1:
        return []
    n = moments.n(outcome) or 0
    sentence = say(
        "{outcome}: a share of {share:.3f} is impossible as printed for the outcome of a model, which has "
        "ones and zeros.",
        outcome=outcome,
        share=share,
    )
    line = say("{count} / {n:,} = {share:.3f}, not between 0 and 1", count=count.text, n=n, share=share)
    return [AuditFinding(IMPOSSIBLE, "error", sentence, (line,), (), (outcome,))]
