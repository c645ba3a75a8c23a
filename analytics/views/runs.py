"""One run: its passport, its tables, the published table beside it; running it again, withdrawing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
        "passport": selectors.passport(request.user, found),
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
        "before": selectors.run_before(request.user, found),
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
