"""Datasets, their versions and columns."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from measures import selectors
from measures.models import DatasetColumn
from measures.policy import may_define, may_download
from measures.selectors.disclosure import falls_shown_to, fitted_shown_to
from measures.selectors.superseded import untold_columns
from measures.services import datasets as services
from measures.services.falls import count_now, submit_falls
from surveys.core.problems import near_misses, refuse
from surveys.core.said import say


def dataset(request: HttpRequest, study: str, dataset: str) -> HttpResponse:
    """The latest version; a dataset that was never built shows its recipe and how to build it."""
    found = selectors.dataset_named(request.user, f"{study}/{dataset}")
    if (latest := found.latest) is not None:
        return redirect("measures:dataset_version", study, dataset, latest.number)
    context = {
        "study": found.study,
        "dataset": found,
        "freshness": selectors.freshness(found),
        "may_define": may_define(request.user, found.study),
    }
    return render(request, "measures/unbuilt_dataset.html", context)


def dataset_version(request: HttpRequest, study: str, dataset: str, number: int) -> HttpResponse:
    """One version: columns with tallies and hashes, freshness of the dataset, versions, recipe."""
    version = selectors.dataset_version_named(request.user, f"{study}/{dataset}@{number}")
    versions = list(version.dataset.versions.order_by("-number").select_related("created_by"))
    context = {
        "study": version.study,
        "dataset": version.dataset,
        "version": version,
        "versions": versions,
        "is_latest": versions[0].pk == version.pk,
        "columns": version.columns.select_related("derived", "measure_version__measure").defer(
            "derived__frequencies", "derived__inputs", "derived__fitted"
        ),
        "wave_versions": version.wave_versions.select_related("wave__study"),
        "freshness": selectors.freshness(version.dataset),
        "may_define": may_define(request.user, version.study),
        "may_download": may_download(request.user, version.study),
        "untold": untold_columns(request.user, version),
    }
    return render(request, "measures/dataset_version.html", context)


@require_POST
def build(request: HttpRequest, study: str, dataset: str) -> HttpResponse:
    """Queues a build and shows its job."""
    found = selectors.dataset_named(request.user, f"{study}/{dataset}")
    return redirect("surveys:job", services.submit_build(request.user, found).pk)


def column(request: HttpRequest, study: str, dataset: str, number: int, name: str) -> HttpResponse:
    """One column: frequencies, fitted parameters, and its lineage down to the wave."""
    version = selectors.dataset_version_named(request.user, f"{study}/{dataset}@{number}")
    columns = version.columns.select_related(
        "derived__falls",
        "measure_version__measure",
        "measure_version__published_by",
        "version__dataset__study",
    )
    found = columns.filter(name=name).first()
    if found is None:
        near = near_misses(name, version.columns.values_list("name", flat=True))
        raise refuse(
            "not_found", say("{version} has no column called {name}.", version=version, name=name), near=near
        )
    untold = untold_columns(request.user, version).get(name, "")
    context = {
        "study": version.study,
        "dataset": version.dataset,
        "version": version,
        "column": found,
        "core": found.as_core(),
        "untold": untold,
        "lineage": selectors.lineage(found),
        "wave_version": version.wave_versions.select_related("wave__study").first(),
    }
    if not untold:
        context |= {"fitted": fitted_shown_to(request.user, found), **_waterfall(request, found)}
    return render(request, "measures/column.html", context)


def _waterfall(request: HttpRequest, column: DatasetColumn) -> dict[str, Any]:
    """From rows to valid rows; nothing of a carried item, and of many rows only once they were counted."""
    falls = count_now(request.user, column)
    if falls is None:
        return {"may_count": column.kind == column.Kind.MEASURE and request.user.is_authenticated}
    return {"waterfall": falls_shown_to(request.user, column, falls)}


@require_POST
def count_absences(request: HttpRequest, study: str, dataset: str, number: int) -> HttpResponse:
    """Queues the counting for all measures of a version and shows its job."""
    version = selectors.dataset_version_named(request.user, f"{study}/{dataset}@{number}")
    if not request.user.is_authenticated:
        raise refuse("sign_in", "You need to sign in to have something counted.")
    return redirect("surveys:job", submit_falls(request.user, version).pk)
