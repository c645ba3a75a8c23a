"""Auditing a published table by arithmetic on its own figures; every finding shows its arithmetic."""

from __future__ import annotations

from analytics.core.audit.crosstabs import crosstab_findings
from analytics.core.audit.finding import AuditFinding, Severity
from analytics.core.audit.fit import fit_findings
from analytics.core.audit.impossible import impossible_findings
from analytics.core.audit.scale import scale_findings
from analytics.core.audit.shares import share_findings
from analytics.core.audit.stars import star_findings
from analytics.core.audit.structure import centring_findings, complement_findings
from analytics.core.audit.summary import summary_findings
from analytics.core.targets import Moments, PublishedTable


def audit(table: PublishedTable, descriptives: PublishedTable | None = None) -> tuple[AuditFinding, ...]:
    """What arithmetic shows of ``table``; ``descriptives`` holds means and counts of the same rows.

    Nothing is known beforehand of any table: findings follow from the cells, the kinds its notes give to
    models and columns, and the outcome they name.
    """
    if table.kind == "descriptives":
        return tuple(share_findings(table))
    if table.kind == "crosstab":
        return tuple(crosstab_findings(table))
    if table.kind != "models":
        return ()
    models, outcome = table.models(), str(table.notes.get("outcome", ""))
    moments = Moments(descriptives) if descriptives is not None else None
    findings = [
        *impossible_findings(models, moments, outcome),
        *star_findings(table),
        *fit_findings(models),
        *scale_findings(models, moments, outcome),
        *centring_findings(models, moments),
        *complement_findings(models, moments, outcome),
    ]
    return (*summary_findings(models, findings), *findings)


__all__ = ["AuditFinding", "Severity", "audit"]
