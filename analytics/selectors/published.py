"""Targets as the core knows them, runs laid beside them, and what their audit finds."""

from __future__ import annotations

from typing import Any

from analytics.core.audit import AuditFinding, audit
from analytics.core.comparison import Comparison, compare
from analytics.core.targets import Cell, PublishedTable
from analytics.models import Run, Target


def published_table(target: Target) -> PublishedTable:
    """A target with all its cells."""
    cells = tuple(Cell(c.column, c.term, c.statistic, c.printed, c.label) for c in target.cells.all())
    return PublishedTable(target.slug, target.kind, cells, target.notes)


def target_of(run: Run) -> tuple[Target, str] | None:
    """The target that a run's specification names, and the column of it (``table2#model3``) or ''."""
    slug, _, column = str(run.spec.get("targets", "")).partition("#")
    if not slug:
        return None
    found = Target.objects.filter(study=run.study, slug=slug).prefetch_related("cells").first()
    return (found, column) if found is not None else None


def compare_run(run: Run, target: Target | None = None) -> Comparison | None:
    """A run beside ``target``, or beside the one its specification names; None where there is nothing."""
    column = ""
    if target is None:
        named = target_of(run)
        if named is None:
            return None
        target, column = named
    return compare(published_table(target), run.result, column) if run.result else None


def audit_of(target: Target) -> tuple[AuditFinding, ...]:
    """What arithmetic on the printed figures shows, with the descriptive table ``notes.moments`` names."""
    moments = None
    if slug := target.notes.get("moments", ""):
        moments = Target.objects.filter(study=target.study, slug=slug).prefetch_related("cells").first()
    return audit(published_table(target), published_table(moments) if moments is not None else None)


def runs_beside(target: Target) -> list[Run]:
    """The latest run of each analysis whose specification names this target, oldest analysis first."""
    latest: dict[Any, Run] = {}
    named = Run.objects.filter(study=target.study, spec__targets__startswith=target.slug)
    runs = named.select_related("analysis", "dataset_version__dataset__study")
    for run in runs.order_by("pk"):
        if str(run.spec.get("targets", "")).partition("#")[0] == target.slug:
            latest[run.analysis_id or f"run {run.pk}"] = run
    return list(latest.values())
