"""Auditing a published table by arithmetic on its own figures; every finding shows its arithmetic."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.core.audit.bases import base_findings
from analytics.core.audit.claims import claim_findings
from analytics.core.audit.crosstabs import crosstab_findings, total_findings
from analytics.core.audit.factors import factor_findings
from analytics.core.audit.families import family_findings
from analytics.core.audit.finding import AuditFinding, Severity
from analytics.core.audit.fit import fit_findings
from analytics.core.audit.groups import group_findings
from analytics.core.audit.impossible import impossible_findings
from analytics.core.audit.integers import integer_findings
from analytics.core.audit.ranked import ranked_findings
from analytics.core.audit.ratios import ratio_findings
from analytics.core.audit.remainders import remainder_findings, unused_findings
from analytics.core.audit.scale import scale_findings
from analytics.core.audit.scores import score_findings
from analytics.core.audit.shares import base_findings_of_rows, share_findings
from analytics.core.audit.stars import star_findings
from analytics.core.audit.structure import centring_findings, complement_findings
from analytics.core.audit.summary import summary_findings
from analytics.core.targets import Moments, PublishedTable


def audit(
    table: PublishedTable,
    descriptives: PublishedTable | None = None,
    others: Mapping[str, PublishedTable] | None = None,
) -> tuple[AuditFinding, ...]:
    """What arithmetic shows of ``table``; ``descriptives`` holds means and counts of the same rows.

    ``others`` are tables that claims in it speak of, by slug.  Nothing is known beforehand of any table:
    findings follow from the cells, the kinds its notes give to models and columns, and what they name.
    """
    every = [*ratio_findings(table), *integer_findings(table), *factor_findings(table)]
    if table.kind == "crosstab":
        return (*share_findings(table), *crosstab_findings(table), *group_findings(table), *every)
    if table.kind == "ranked":
        return (*ranked_findings(table), *total_findings(table), *every)
    if table.kind == "claims":
        return (*base_findings(table, others or {}), *claim_findings(table, others or {}), *every)
    if table.kind == "models":
        return (*_of_models(table, descriptives), *every)
    rows = [*share_findings(table), *base_findings_of_rows(table)]
    return (*rows, *remainder_findings(table), *score_findings(table), *every)


def related(table: PublishedTable) -> set[str]:
    """The slugs of other tables that an audit of ``table`` reads."""
    about = table.notes.get("about")
    named = (
        [one.get("table") for one in about.values() if isinstance(one, Mapping)]
        if isinstance(about, Mapping)
        else []
    )
    beside = table.notes.get("beside")
    named += beside if isinstance(beside, list) else []
    return {str(slug) for slug in [*named, table.notes.get("moments")] if slug}


def _of_models(table: PublishedTable, descriptives: PublishedTable | None) -> list[AuditFinding]:
    models, outcome = table.models(), str(table.notes.get("outcome", ""))
    moments = Moments(descriptives) if descriptives is not None else None
    findings = [
        *impossible_findings(models, moments, outcome),
        *star_findings(table),
        *fit_findings(models),
        *scale_findings(models, moments, outcome),
        *centring_findings(models, moments),
        *complement_findings(models, moments, outcome),
        *family_findings(models),
        *unused_findings(models, moments, outcome),
    ]
    return [*summary_findings(models, findings), *findings]


__all__ = ["AuditFinding", "Severity", "audit", "related"]
