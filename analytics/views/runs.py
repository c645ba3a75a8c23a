"""One run: its passport, its tables, the published table beside it; running it again, withdrawing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from analytics import selectors
from analytics.core.compared import Comparison
from analytics.core.output.formats import TABLE_FORMATS
from analytics.core.side_by_side import regression_table
from analytics.core.targets import PublishedTable
from analytics.models import Run, Target
from analytics.policy import may_run
from analytics.services.analyses import ask_to_run_again
from analytics.services.runs import withdraw_run
from measures.models import DatasetColumn
from surveys.core.said import Said, restored
from surveys.models import User
from surveys.templatetags.vocabulary import language


def run(request: HttpRequest, pk: int) -> HttpResponse:
    """The passport beside the numbers, the target beside the run, the audit beneath."""
    found = selectors.shown_to(request.user, selectors.run_with(request.user, pk))
    models = found.result.get("models", [])
    target, column = selectors.target_of(found) or (None, "")
    table = selectors.published_table(target) if target else None
    context = {
        "study": found.study,
        "run": found,
        "title": found.analysis,
        "freshness": selectors.run_freshness(found),
        "checks": checks(found),
        "columns": measure_columns(found),
        "lost": lost(found.n_lost),
        "rows_by_model": rows_by_model(found),
        "regression": regression_table(found.result, language=language()) if models else None,
        "in_full": next(
            (m for m in models if len(models) == 1 or m["name"] == request.GET.get("model")), None
        ),
        "model_labels": {model["name"]: model["label"] for model in models},
        "sentences": {k: v for check in map(restored, found.checks) for k, v in sentences_in(check).items()},
        "comparison": selectors.laid_beside(target, table, found, column) if target and table else None,
        "target": target,
        "audit": selectors.audit_of(target) if target else (),
        "beside": beside(request.user, target, table, except_for=found) if target and table else [],
        "may_run": may_run(request.user, found.study),
        "formats": TABLE_FORMATS.values(),
        "pictures": selectors.pictures_of(request.user, found),
    }
    return render(request, "analytics/run.html", context)


@require_POST
def run_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Queues the run's specification on the version in force today, and shows the job."""
    found = selectors.run_with(request.user, pk)
    return redirect("surveys:job", ask_to_run_again(request.user, found).pk)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the run's numbers away from view, and shows what is left of it."""
    found = selectors.run_with(request.user, pk)
    withdraw_run(request.user, found, request.POST.get("because", ""))
    return redirect("analytics:run", pk)


def lost(counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """(column, reason, rows) of each ``column: reason``."""
    return [(name, why, rows) for key, rows in counts.items() for name, _, why in [key.partition(": ")]]


def rows_by_model(run: Run) -> list[dict[str, Any]]:
    """Of a series whose models have rows of their own: how many each used, and lost to what."""
    if run.result.get("sample") != "each":
        return []
    return [
        {"label": one["label"], "n_used": one["n_used"], "lost": lost(one["n_lost"])}
        for one in run.result["models"]
    ]


def checks(run: Run) -> list[dict[str, Any]]:
    """The run's checks, graver ones first; one that several models share is told once, with their names."""
    told: dict[tuple[str, str], dict[str, Any]] = {}
    labels = {f"{model['label']}: ": model["label"] for model in run.result.get("models", ())}
    for check in map(restored, run.checks):
        prefix = next((start for start in labels if check["message"].startswith(start)), "")
        message = check["message"].removeprefix(prefix)
        message = sentences_in(check).get(message, message)
        kept = told.setdefault((check["code"], message), {**check, "message": message, "models": []})
        kept["models"] += [labels[prefix]] if prefix else []
    return sorted(told.values(), key=lambda check: ("error", "warning", "info").index(check["severity"]))


def sentences_in(check: Mapping[str, Any]) -> dict[str, str]:
    """What a check says, and what it says of one model of a series, by their English texts."""
    message = check["message"]
    parts = message.values if isinstance(message, Said) else {}
    return {text: text for text in (message, *parts.values()) if isinstance(text, str)}


def measure_columns(run: Run) -> QuerySet[DatasetColumn]:
    """The columns the run read that a rule made, each with its measure version."""
    columns = DatasetColumn.objects.filter(
        version=run.dataset_version_id, name__in=list(run.inputs), measure_version__isnull=False
    )
    return columns.select_related("measure_version__measure").defer("codebook")


def beside(
    user: User, target: Target, table: PublishedTable, except_for: Run | None = None
) -> list[tuple[Run, list[dict[str, Any]]]]:
    """(run, its columns of the target in brief) for every analysis that replicates ``target``."""
    found = []
    for run in selectors.runs_beside(user, target):
        column = str(run.spec.get("targets", "")).partition("#")[2]
        comparison = selectors.laid_beside(target, table, run, column) if run != except_for else None
        if comparison is not None:
            found.append((run, in_brief(comparison)))
    return found


def in_brief(comparison: Comparison) -> list[dict[str, Any]]:
    """Per column of the target: how it was printed and run, how many cells agree, both fits."""
    brief = []
    for place, (head, summary) in enumerate(zip(comparison.columns, comparison.summary, strict=True)):
        rows = [row for row in comparison.rows if row.section == "fit"]
        fit = [(row.label, row.cells[place]) for row in rows if row.cells[place]]
        brief.append({**head, **summary, "fit": fit, "whole": comparison.verdict})
    return brief
