"""The main job, from files to printed tables: what `make demo` runs and the journey tests check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import wrap
from typing import Any

from django.conf import settings

from analytics.models import Analysis, Run, Target
from analytics.selectors import audit_of, compare_run, subject_of
from analytics.services.analyses import run_analysis
from config.study_folder import load_study
from measures.models import Dataset
from measures.services.datasets import build_dataset
from surveys.core.problems import Refused
from surveys.core.said import how_many
from surveys.models import Study, User

SHIPPED = ("mdms", "fuzhou", "community")
WIDEST = 48  # characters of a column before its texts go on below
Talk = Callable[[str], None]


@dataclass
class Journey:
    """What one pass over the shipped studies did and found."""

    loaded: dict[str, dict[str, Any]] = field(default_factory=dict)
    built: list[dict[str, Any]] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)


def folder_of(slug: str) -> Path:
    """Where a shipped study's folder lies."""
    return Path(settings.BASE_DIR) / "studies" / slug


def travel(user: User, talk: Talk) -> Journey:
    """Loads the shipped studies, builds the datasets of their analyses and runs these; safe to repeat."""
    journey = Journey()
    for slug in SHIPPED:
        talk(f"Loading the study {slug} …")
        loaded = load_study(user, folder_of(slug), talk=lambda line: talk(f"  {line}"))
        journey.loaded[slug] = loaded.as_json()
        talk(
            f"  {len(loaded.created)} created, {len(loaded.changed)} changed, {len(loaded.left)} as they were"
        )
    analyses = Analysis.objects.filter(study__slug__in=SHIPPED).order_by("pk")
    read = {(analysis.study_id, analysis.spec.get("dataset")) for analysis in analyses}
    for dataset in Dataset.objects.filter(study__slug__in=SHIPPED).order_by("pk"):
        if (dataset.study_id, dataset.slug) not in read:
            continue  # of the later wave: defined, and built when somebody asks
        outcome = build_dataset(user, dataset)
        word = "built" if outcome.is_new else "already there"
        rows = how_many(outcome.version.rows, "row")
        talk(f"Dataset {outcome.version}: {rows}, {word}, {outcome.seconds:.1f} s")
        journey.built.append({"dataset_version": str(outcome.version), "is_new": outcome.is_new})
    for analysis in analyses:
        run = run_unless_withdrawn(user, analysis, talk)
        if run is not None:
            journey.runs.append(run)
    return journey


def run_unless_withdrawn(user: User, analysis: Analysis, talk: Talk) -> Run | None:
    """The run of an analysis; None, and a line that says so, where somebody withdrew it."""
    try:
        run = run_analysis(user, analysis, subject_of(user, analysis))
    except Refused as refused:
        if {problem.code for problem in refused.problems} != {"withdrawn"}:
            raise
        talk(f"{analysis} is left out. {refused}")
        return None
    talk(f"Run {run.pk} of {analysis}: {run.state}, n = {run.n_used}, {run.seconds:.1f} s")
    return run


def beside(user: User, run: Run) -> Iterator[str]:
    """A run laid beside its target as lines of text: printed figure, computed figure, verdict."""
    comparison = compare_run(user, run)
    if comparison is None:
        return
    heads = ["", *(column["label"] or column["column"] for column in comparison.columns)]
    lines = [[_label(row), *(_cell(cell) for cell in row.cells)] for row in comparison.rows]
    yield f"\n{run.analysis} on {run.subject}, beside {run.spec['targets']} (printed | computed)"
    yield from _columns([heads, *lines])
    for one in comparison.summary:
        yield f"  {one['column']}: {_agreement(one)}"
    yield f"  {comparison.rule}"
    yield f"  Signs: {LEGEND}"


def _label(row: Any) -> str:
    """What the table calls a row, and how its variable is coded where the label does not say so."""
    coding = row.coding.get("en")
    return (row.label or row.term) + (f" ({coding})" if coding else "")


def _columns(lines: list[list[str]]) -> Iterator[str]:
    """Lines of cells, the first left and the others right, each column as wide as its widest cell.

    A long first cell goes on below, whole: rows may differ in their last words only.
    """
    widths = [min(max(len(line[i]) for line in lines), WIDEST) for i in range(len(lines[0]))]
    for first, *others in lines:
        begin, *more = wrap(first, widths[0], subsequent_indent="  ") or [""]
        padded = (f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True))
        yield "   ".join((f"{begin:<{widths[0]}}", *padded))
        yield from more


def _agreement(summary: Mapping[str, Any]) -> str:
    """Rows and fit statistics counted apart: on synthetic data the fit is not expected to agree."""
    parts = []
    if summary["cells"]:
        largest = summary["largest_z"]
        furthest = "" if largest is None else f" (the furthest {largest:.2f} standard errors away)"
        parts.append(f"{summary['agreeing']} of {summary['cells']} rows agree{furthest}")
    if summary["fit_cells"]:
        parts.append(f"{summary['fit_equal']} of {summary['fit_cells']} fit statistics equal")
    return ", ".join(parts)


MARKS = {
    "equal": "=",
    "within_sampling_error": "≈",
    "same_class": "∼",
    "contradicts": "≠",
    "differs": "≠",
    "not_computed": "?",
}
LEGEND = "= equal, ≈ within sampling error, ∼ same sign and stars, ≠ differs or contradicts, ? not computed."


def _cell(cell: Any) -> str:
    if cell is None:
        return ""
    return f"{_figures(cell.printed)} | {_figures(cell.shown)} {MARKS.get(cell.verdict, '')}"


def _figures(texts: Mapping[str, str]) -> str:
    """One cell's figures as a table prints them: 0.119* (0.051)."""
    if "se" in texts:
        return f"{texts.get('estimate', '')}{texts.get('stars', '')} ({texts['se']})"
    return " ".join(texts.values())


def audits(study: Study) -> Iterator[str]:
    """What the audit of each printed table of a study found, a sentence each."""
    for target in Target.objects.filter(study=study).order_by("pk"):
        findings = audit_of(target)
        for finding in findings:
            if finding.severity != "info":
                yield f"{target.slug}: {finding.sentence}"
