"""Freshness from waves to printed tables, running again what is stale, two runs side by side."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.selectors import graph_of_run, graph_of_study, run_with
from analytics.selectors.rerunning import rerun_plan
from analytics.selectors.two_runs import SideBySide, side_by_side
from analytics.services.rerunning import ask_to_rerun
from surveys.http import AnyType, Api, BadParameter, NoFields, QueuedSerializer, document, queued
from surveys.selectors import study_named

PAIR = [OpenApiParameter(name, int, required=True, description="The number of a run.") for name in ("a", "b")]


class StudyFreshness(Api):
    """Every wave, measure, dataset, run, published table and register with its state, its causes and what it
    rests on."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, study: str) -> Response:
        return Response(graph_of_study(self.person, study_named(self.person, study)).as_json())


class RunFreshness(Api):
    """What one run rests on and what stands on it, each with its state and causes."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pk: int) -> Response:
        return Response(graph_of_run(self.person, run_with(self.person, pk)).as_json())


class Rerun(Api):
    """GET tells what is stale; POST queues a job that makes it again: datasets, then runs, then tables."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, study: str) -> Response:
        return Response(rerun_plan(self.person, study_named(self.person, study)).as_json())

    @extend_schema(request=None, responses={202: QueuedSerializer})
    def post(self, request: Request, study: str) -> Response:
        document(request, NoFields)
        return queued(request, ask_to_rerun(self.person, study_named(self.person, study)))


class CompareRuns(Api):
    """What else differs between two runs, then every number of both, matched by term and model, with changes
    of sign and significance."""

    parameters = ("a", "b")

    @extend_schema(parameters=PAIR, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        return Response(self.found().as_json())

    def found(self) -> SideBySide:
        return side_by_side(self.person, *(run_with(self.person, self._number(name)) for name in ("a", "b")))

    def _number(self, name: str) -> int:
        text = self.asked(name)
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise BadParameter(f"{name} is the number of a run.")
        return int(text)


class CompareRunsCsv(CompareRuns):
    """The same as CSV: every coefficient with unrounded figures."""

    content_negotiation_class = AnyType

    @extend_schema(parameters=PAIR, responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request) -> HttpResponse:  # type: ignore[override]
        found = self.found()
        answer = HttpResponse(found.numbers.as_csv(), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="runs.{found.a.pk}.{found.b.pk}.csv"'
        return answer
