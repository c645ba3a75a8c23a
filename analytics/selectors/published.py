"""Targets as the core knows them, runs laid beside them, and what their audit finds."""

from __future__ import annotations

from django.db.models import Q

from analytics.core.audit import AuditFinding, audit, related
from analytics.core.compared import Comparison
from analytics.core.targets import Cell, PublishedTable
from analytics.models import Run, Target
from analytics.selectors.beside import laid_beside
from analytics.selectors.shown import shown_to
from surveys.models import Study, User


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


def compare_run(user: User, run: Run, target: Target | None = None) -> Comparison | None:
    """A run, as ``user`` may see it, beside ``target``, or beside the one its specification names.

    None where there is nothing.
    """
    run = shown_to(user, run)
    column = ""
    if target is None:
        named = target_of(run)
        if named is None:
            return None
        target, column = named
    return laid_beside(target, published_table(target), run, column)


def compare_to(user: User, run: Run, target: Target) -> Comparison | None:
    """A run beside ``target``: by the column that its specification names there, else by what was mapped."""
    named = target_of(run)
    is_named = named is not None and named[0].pk == target.pk
    return compare_run(user, run, None if is_named else target)


def audit_of(target: Target) -> tuple[AuditFinding, ...]:
    """What arithmetic on the printed figures shows, with the tables of the study that ``notes`` name."""
    return audit_with_study(target.study, published_table(target))


def audit_with_study(study: Study, table: PublishedTable) -> tuple[AuditFinding, ...]:
    """The audit of a table that may not be kept yet, with the study's tables that it names."""
    named = Target.objects.filter(study=study, slug__in=related(table)).prefetch_related("cells")
    others = {one.slug: published_table(one) for one in named}
    return audit(table, others.get(str(table.notes.get("moments", ""))), others)


def runs_beside(user: User, target: Target) -> list[Run]:
    """The runs of :func:`latest_beside` as ``user`` may see them; results are read of these alone."""
    chosen = latest_beside(target)
    runs = Run.objects.select_related("analysis", "study", "dataset_version__dataset__study",
                                      "wave_version__wave__study").in_bulk(chosen)  # fmt: skip
    return [shown_to(user, runs[pk]) for pk in chosen]


def latest_beside(target: Target) -> list[int]:
    """Keys of the latest run of each analysis that names this target or is mapped to it, oldest first.

    Every run without an analysis stands for itself; withdrawn runs are left out.
    """
    named = Run.objects.filter(
        Q(spec__targets=target.slug)
        | Q(spec__targets__startswith=f"{target.slug}#")
        | Q(analysis__mappings__target=target),
        study=target.study,
        withdrawn_because="",
    )
    latest: dict[object, int] = {}
    for pk, analysis in named.order_by("pk").values_list("pk", "analysis").distinct():
        latest[analysis or f"run {pk}"] = pk
    return list(latest.values())
