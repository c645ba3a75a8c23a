"""Measures and the wordings of their rules; drafts only for those who may define measures."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema

from measures.models import Measure, MeasureVersion
from measures.selectors.disclosure import measures_shown_to, versions_shown_to
from measures.serializers import MeasureSerializer, MeasureVersionSerializer
from surveys.http import STUDY, ListApi, OneApi


@extend_schema(parameters=[STUDY])
class Measures(ListApi):
    """Measures with the wordings of their rules."""

    serializer_class = MeasureSerializer
    queryset = Measure.objects.none()
    parameters = ("study",)

    def get_queryset(self) -> QuerySet[Measure]:
        measures = measures_shown_to(self.person)
        return measures.filter(study__slug=self.asked("study")) if self.asked("study") else measures


class OneMeasure(OneApi):
    """One measure with all its versions."""

    serializer_class = MeasureSerializer
    queryset = Measure.objects.none()

    def get_object(self) -> Measure:
        address = {"study__slug": self.kwargs["study"], "name": self.kwargs["name"]}
        return get_object_or_404(measures_shown_to(self.person), **address)


class OneMeasureVersion(OneApi):
    """One frozen wording of a rule."""

    serializer_class = MeasureVersionSerializer
    queryset = MeasureVersion.objects.none()

    def get_object(self) -> MeasureVersion:
        address = {"measure__study__slug": self.kwargs["study"], "measure__name": self.kwargs["name"]}
        return get_object_or_404(versions_shown_to(self.person), number=self.kwargs["number"], **address)
