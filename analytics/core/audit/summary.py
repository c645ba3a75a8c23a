"""The one sentence that several findings add up to."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.core.audit.finding import AuditFinding, listed
from analytics.core.targets import PrintedModel
from surveys.core.said import say

EVIDENCE = {
    "linear_scale_slopes": say("the scale"),
    "linear_scale_at_means": say("the scale"),
    "gaussian_parameters": say("the parameter count"),
    "bic_reml": say("the BIC"),
    "loglik_below_simpler": say("the log-likelihood"),
}
KINDS = {"multilevel_logit": say("multilevel logits"), "logit": say("logits")}
ENOUGH = 2  # independent kinds of evidence before the models are called something else


def summary_findings(models: Sequence[PrintedModel], findings: Sequence[AuditFinding]) -> list[AuditFinding]:
    """Models whose scale, parameters or BIC are those of linear models, whatever the table calls them."""
    found: dict[str, list[str]] = {model.column: [] for model in models}
    for finding in findings:
        words = EVIDENCE.get(finding.code)
        for column in finding.columns:
            if words and finding.severity == "error" and words not in found.get(column, [words]):
                found[column].append(words)
    told = [model for model in models if len(found[model.column]) >= ENOUGH and model.kind in KINDS]
    if not told:
        return []
    shared = [
        words for words in dict.fromkeys(EVIDENCE.values()) if all(words in found[m.column] for m in told)
    ]
    by_reml = "the BIC" in shared
    # a likelihood under that of the smaller model shows what they are not, rather than what they are
    has = [words for words in shared if words != "the log-likelihood"]
    sentence = say(
        "{models}, printed as {kind}, have {evidence} of linear models fitted by REML."
        if by_reml
        else "{models}, printed as {kind}, have {evidence} of linear models.",
        models=listed(model.label for model in told),
        kind=KINDS[told[0].kind],
        evidence=listed(has),
    )
    columns = tuple(model.column for model in told)
    lines = tuple(
        say("{code}: {sentence}", code=f.code, sentence=f.sentence)
        for f in findings
        if f.code in EVIDENCE and set(f.columns) & set(columns)
    )
    return [AuditFinding("linear_by_reml", "error", sentence, lines, columns, values={"evidence": shared})]
