"""Reads of the analytics room; split by subject."""

from __future__ import annotations

from typing import Any

from analytics.models import Run
from analytics.selectors.beside import analyses_that_fit, keys_of, laid_beside, latest_run, mapping_of
from analytics.selectors.documents import run_document
from analytics.selectors.errata import errata_of_run, errata_of_target, erratum_of
from analytics.selectors.graph import graph_of_run, graph_of_study
from analytics.selectors.hypotheses import register_named, verdicts, verdicts_document
from analytics.selectors.impact import impact_of
from analytics.selectors.latest import latest_runs, run_before
from analytics.selectors.named import (
    analysis_named,
    run_with,
    subject_named,
    subject_of,
    subjects_in,
    target_named,
    variables_of,
)
from analytics.selectors.passport import passport
from analytics.selectors.pictures import picture_file, pictures_of
from analytics.selectors.published import (
    audit_of,
    audit_with_study,
    compare_run,
    published_table,
    runs_beside,
    target_of,
)
from analytics.selectors.shown import rows_shown_to, shown_to
from analytics.selectors.standing import run_freshness
from analytics.selectors.table_files import TableFile, file_stem, table_file
from analytics.selectors.tables import spoken_table, table_of
from surveys.models import User


def compare(user: User, run: Run) -> list[dict[str, Any]]:
    """The rows of a run beside the target its specification names; empty where there is none."""
    comparison = compare_run(user, run)
    return comparison.as_json()["rows"] if comparison is not None else []


__all__ = [
    "TableFile",
    "analyses_that_fit",
    "analysis_named",
    "audit_of",
    "audit_with_study",
    "compare",
    "compare_run",
    "errata_of_run",
    "errata_of_target",
    "erratum_of",
    "file_stem",
    "graph_of_run",
    "graph_of_study",
    "impact_of",
    "keys_of",
    "laid_beside",
    "latest_run",
    "latest_runs",
    "mapping_of",
    "passport",
    "picture_file",
    "pictures_of",
    "published_table",
    "register_named",
    "rows_shown_to",
    "run_before",
    "run_document",
    "run_freshness",
    "run_with",
    "runs_beside",
    "shown_to",
    "spoken_table",
    "subject_named",
    "subject_of",
    "subjects_in",
    "table_file",
    "table_of",
    "target_named",
    "target_of",
    "variables_of",
    "verdicts",
    "verdicts_document",
]
