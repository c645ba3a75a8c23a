"""Analyses and their runs; each queryset starts from what the person may see."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.core.kinds import read_spec
from analytics.core.record import plain
from analytics.models import Analysis, Run
from analytics.policy import require_define
from analytics.selectors import analysis_named, compare, run_document, run_freshness, run_with, shown_to
from analytics.serializers import (
    AnalysisSerializer,
    ComparisonSerializer,
    DefineAnalysisSerializer,
    MadeRunSerializer,
    NewRunSerializer,
    RunAnalysisSerializer,
    RunBriefSerializer,
    RunSerializer,
)
from analytics.services.analyses import SpecText, define_analysis
from analytics.services.answering import Answer, read_question, run_analysis_or_queue, run_spec_or_queue
from surveys.core.problems import Problem, Refused
from surveys.http import STUDY, Api, ListApi, OneApi, QueuedSerializer, document, queued
from surveys.models import Job, User
from surveys.selectors import study_named

_MADE = {200: MadeRunSerializer, 201: MadeRunSerializer, 202: QueuedSerializer}
_READ = ("study", "analysis", "dataset_version__dataset__study", "wave_version__wave__study")


def runs_shown_to(user: User) -> QuerySet[Run]:
    """Visible runs with what they read."""
    return Run.objects.visible_to(user).select_related(*_READ)


@extend_schema(parameters=[STUDY])
class Analyses(ListApi):
    """Specifications."""

    serializer_class = AnalysisSerializer
    queryset = Analysis.objects.none()
    parameters = ("study",)

    def get_queryset(self) -> QuerySet[Analysis]:
        analyses = Analysis.objects.visible_to(self.person).select_related("study")
        return analyses.filter(study__slug=self.asked("study")) if self.asked("study") else analyses


class OneAnalysis(OneApi):
    """One specification; PUT defines it, 201 where it is new.

    Names of columns are looked for when it is run. Where nothing differs, nothing is stored.
    """

    serializer_class = AnalysisSerializer
    queryset = Analysis.objects.none()

    def get_object(self) -> Analysis:
        return analysis_named(self.person, "{study}/{analysis}".format(**self.kwargs))

    @extend_schema(
        request=DefineAnalysisSerializer, responses={200: AnalysisSerializer, 201: AnalysisSerializer}
    )
    def put(self, request: Request, study: str, analysis: str) -> Response:
        here = study_named(self.person, study)
        require_define(self.person, here)
        given = document(request, DefineAnalysisSerializer, lambda given: spec_problems(given["spec"]))
        is_new = not here.analyses.filter(slug=analysis).exists()
        found = define_analysis(self.person, here, analysis, **given)
        return Response(AnalysisSerializer(found).data, status=201 if is_new else 200)


class RunAnalysis(Api):
    """Runs a defined analysis on the version that is named, or on the one that it reads today.

    The answer is the run: 200 where it was there, 201 where it was made. What takes long is a job: 202.
    """

    @extend_schema(request=RunAnalysisSerializer, responses=_MADE)
    def post(self, request: Request, study: str, analysis: str) -> Response:
        found = analysis_named(self.person, f"{study}/{analysis}")
        given = document(request, RunAnalysisSerializer)
        return told(request, run_analysis_or_queue(self.person, found, given["dataset"]))


@extend_schema(parameters=[STUDY, OpenApiParameter("analysis", str, description="Only of this analysis.")])
class Runs(ListApi):
    """Runs, newest first; POST runs a specification on a dataset or wave version.

    The answer is the run: 200 where the same was asked of the same columns before, 201 where it was made.
    What takes long is done by a job: 202.
    """

    serializer_class = RunBriefSerializer
    queryset = Run.objects.none()
    parameters = ("study", "analysis")

    def get_queryset(self) -> QuerySet[Run]:
        runs = runs_shown_to(self.person)
        if study := self.asked("study"):
            runs = runs.filter(study__slug=study)
        if analysis := self.asked("analysis"):
            runs = runs.filter(analysis__slug=analysis)
        return runs

    @extend_schema(parameters=[], request=NewRunSerializer, responses=_MADE)
    def post(self, request: Request) -> Response:
        given = document(request, NewRunSerializer, self._meant_wrongly)
        return told(request, run_spec_or_queue(self.person, given["spec"], given["dataset"]))

    def _meant_wrongly(self, given: dict[str, Any]) -> tuple[Problem, ...]:
        try:
            read_question(self.person, given["spec"], given["dataset"])
        except Refused as refused:
            return refused.problems
        return ()


def told(request: Request, found: Answer | Job) -> Response:
    """The run as this person may see it, or the job that makes it."""
    if isinstance(found, Job):
        return queued(request, found)
    person: Any = request.user
    run: Any = shown_to(person, found.run)
    run.freshness, run.reused = run_freshness(found.run), found.is_reused
    address = request.build_absolute_uri(reverse("api_run", args=[run.pk]))
    return Response(
        MadeRunSerializer(run, context={"request": request}).data,
        status=200 if found.is_reused else 201,
        headers={"Location": address},
    )


def spec_problems(spec: SpecText) -> tuple[Problem, ...]:
    """Everything that is wrong with a specification by itself."""
    try:
        read_spec(spec)
    except Refused as refused:
        return refused.problems
    return ()


class OneRun(OneApi):
    """One run: what was asked, estimates, rows used and lost, checks, and whether it still holds."""

    serializer_class = RunSerializer
    queryset = Run.objects.none()

    def get_object(self) -> Any:
        run: Any = shown_to(self.person, run_with(self.person, self.kwargs["pk"]))
        run.freshness = run_freshness(run)
        return run


class RunDocument(Api):
    """The run as the command ``run_analysis --json`` prints it, with its target beside it."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pk: int) -> Response:
        run = run_with(self.person, pk)
        return Response(run_document(self.person, run))


class Comparison(Api):
    """The run's figures beside the published ones; empty when its specification names no target."""

    @extend_schema(responses=ComparisonSerializer)
    def get(self, request: Request, pk: int) -> Response:
        run = run_with(self.person, pk)
        return Response({"run": run.pk, "cells": plain(compare(self.person, run))})
