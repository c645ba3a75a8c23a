"""Analyses and their runs; each queryset starts from what the person may see."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.core.record import plain
from analytics.models import Analysis, Run
from analytics.selectors import analysis_named, compare, run_document, run_freshness, run_with, shown_to
from analytics.serializers import AnalysisSerializer, ComparisonSerializer, RunBriefSerializer, RunSerializer
from surveys.http import STUDY, Api, ListApi, OneApi
from surveys.models import User

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
    """One specification."""

    serializer_class = AnalysisSerializer
    queryset = Analysis.objects.none()

    def get_object(self) -> Analysis:
        return analysis_named(self.person, "{study}/{analysis}".format(**self.kwargs))


@extend_schema(parameters=[STUDY, OpenApiParameter("analysis", str, description="Only of this analysis.")])
class Runs(ListApi):
    """Runs, newest first."""

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
