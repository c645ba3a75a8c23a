"""Measures and the wordings of their rules; drafts only for those who may define measures."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema

from measures.models import Measure, MeasureVersion
from measures.serializers import MeasureSerializer, MeasureVersionSerializer
from surveys import policy
from surveys.http import STUDY, ListApi, OneApi
from surveys.models import Study, User


def versions_shown_to(user: User) -> QuerySet[MeasureVersion]:
    """Published and retired versions of visible measures, and drafts where the person may define."""
    visible = Study.objects.visible_to(user)
    defines = [study.pk for study in visible if policy.may(user, policy.DEFINE, study)]
    shown = ~Q(state=MeasureVersion.State.DRAFT) | Q(measure__study__in=defines)
    versions = MeasureVersion.objects.filter(shown, measure__study__in=visible)
    return versions.select_related("measure").order_by("number")


def measures_shown_to(user: User) -> QuerySet[Measure]:
    """Visible measures, each with the versions this person is shown as ``shown``."""
    shown = Prefetch("versions", versions_shown_to(user), to_attr="shown")
    return Measure.objects.visible_to(user).select_related("study").prefetch_related(shown)


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
