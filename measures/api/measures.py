"""Measures and the wordings of their rules; drafts only for those who may define measures."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema

from measures.models import Measure, MeasureVersion
from measures.selectors.disclosure import measures_shown_to, versions_shown_to
from measures.serializers import MeasureSerializer, MeasureVersionSerializer
from surveys.core.said import say
from surveys.http import STUDY, ListApi, OneApi
from surveys.selectors import one_named, study_named


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

    def get_object(self) -> Any:
        study, name = study_named(self.person, self.kwargs["study"]), self.kwargs["name"]
        shown = measures_shown_to(self.person).filter(study=study)
        return one_named(shown.filter(name=name), say("measure"), name, shown.values_list("name", flat=True))


class OneMeasureVersion(OneApi):
    """One frozen wording of a rule."""

    serializer_class = MeasureVersionSerializer
    queryset = MeasureVersion.objects.none()

    def get_object(self) -> Any:
        study, number = study_named(self.person, self.kwargs["study"]), self.kwargs["number"]
        shown = versions_shown_to(self.person).filter(measure__study=study)
        of_name = shown.filter(measure__name=self.kwargs["name"])
        known = map(str, of_name if of_name.exists() else shown)
        text = f"{study}/{self.kwargs['name']}@{number}"
        return one_named(of_name.filter(number=number), say("measure version"), text, known)
