"""Measures and the wordings of their rules; drafts only for those who may define measures."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema

from measures.core.tongues import OFFERED
from measures.models import Measure, MeasureVersion
from measures.selectors.disclosure import measures_shown_to, versions_shown_to
from measures.selectors.tongues import written
from measures.serializers import (
    IndexSerializer,
    MeasureComparisonSerializer,
    MeasureSerializer,
    MeasureVersionSerializer,
    RuleTextSerializer,
    ScalesSerializer,
)
from measures.services.comparing import moves, words_compared
from measures.services.index_documents import document as index_document
from measures.services.indices import index_report
from measures.services.scale_documents import document
from measures.services.scales import scale_reports
from surveys.core.problems import near_misses, refuse
from surveys.core.said import say
from surveys.http import STUDY, BadParameter, ListApi, OneApi
from surveys.models import User
from surveys.selectors import one_named, study_named, wave_version_named

WAVE = OpenApiParameter("wave", str, description="The wave it is written for, as 2014 or 2014@1.")
A = OpenApiParameter("a", int, required=True, description="The number of the earlier version.")
B = OpenApiParameter("b", int, required=True, description="The number of the later version.")
BASIS = OpenApiParameter("basis", str, description="pearson or polychoric; else the rule's own.")
BY = OpenApiParameter("by", str, description="Also for each group of this item, with the right to the data.")
METRIC = OpenApiParameter("metric", str, description="Whose fit is frozen, as integration@1; else the first.")
LANGUAGE = OpenApiParameter("language", str, description="Of labels and comments: en (default) or zh.")


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


def _version(person: User, study: str, name: str, number: int | None) -> MeasureVersion:
    """The version asked for (None: the draft), if this person is shown it."""
    shown = versions_shown_to(person).filter(measure__study=study_named(person, study))
    of_name = shown.filter(measure__name=name)
    known = map(str, of_name if of_name.exists() else shown)
    return one_named(
        of_name.filter(number=number), say("measure version"), f"{study}/{name}@{number or 'draft'}", known
    )


@extend_schema(parameters=[A, B])
class Comparison(OneApi):
    """What differs between two versions of a measure: rule, words, coverage, and rows that move by wave."""

    serializer_class = MeasureComparisonSerializer
    queryset = MeasureVersion.objects.none()
    parameters = ("a", "b")

    def get_object(self) -> Any:
        first, second = self.asked("a") or "", self.asked("b") or ""
        is_draft = second == "draft"
        if not all(one.isdecimal() and len(one) < 10 for one in (first, "0" if is_draft else second)):
            raise BadParameter("a and b are numbers of versions, as in ?a=1&b=2; b may be draft.")
        before = _version(self.person, **self.kwargs, number=int(first))
        after = _version(self.person, **self.kwargs, number=None if is_draft else int(second))
        values = [one.as_json() for one in moves(self.person, before, after)]
        return words_compared(self.person, before, after).as_json() | {"values": values}


class OneMeasureVersion(OneApi):
    """One frozen wording of a rule."""

    serializer_class = MeasureVersionSerializer
    queryset = MeasureVersion.objects.none()

    def get_object(self) -> Any:
        return _version(self.person, **self.kwargs)


@extend_schema(parameters=[WAVE, LANGUAGE])
class OneRuleText(OneApi):
    """A frozen wording of a rule in the syntax of spss, stata, r or python, or as a derivation of ddi."""

    serializer_class = RuleTextSerializer
    queryset = MeasureVersion.objects.none()
    parameters = ("wave", "language")

    def get_object(self) -> Any:
        place = {name: self.kwargs[name] for name in ("study", "name", "number")}
        version, tongue = _version(self.person, **place), self.kwargs["tongue"]
        if tongue not in OFFERED:
            near = near_misses(tongue, OFFERED)
            hint = say("There are {tongues}.", tongues=tuple(OFFERED))
            raise refuse(
                "not_found", say("Rules are not written in {tongue}.", tongue=tongue), near=near, hint=hint
            )
        wave, language = self.asked("wave"), self.asked("language") or "en"
        if language not in ("en", "zh"):
            raise BadParameter("The language is en or zh.")
        chosen = wave_version_named(self.person, f"{place['study']}/{wave}") if wave else None
        (found,) = written(self.person, version, [tongue], chosen, language)
        if found.refused is not None:
            raise found.refused
        return {
            "measure_version": str(version),
            "wave_version": found.wave,
            "tongue": tongue,
            "text": found.text,
        }


@extend_schema(parameters=[BASIS, BY, METRIC])
class Scales(OneApi):
    """The scales of a measure in every wave: reliability, factor, congruence, drift of the frozen metric."""

    serializer_class = ScalesSerializer
    queryset = MeasureVersion.objects.none()
    parameters = ("basis", "by", "metric")

    def get_object(self) -> Any:
        version = _version(self.person, **self.kwargs)
        asked = {name: text for name in self.parameters if (text := self.asked(name))}
        return {"scales": [document(one) for one in scale_reports(self.person, version, **asked)]}


@extend_schema(parameters=[BY])
class Index(OneApi):
    """The index of a measure in every wave: make-up, decomposition by component and group, robustness."""

    serializer_class = IndexSerializer
    queryset = MeasureVersion.objects.none()
    parameters = ("by",)

    def get_object(self) -> Any:
        version = _version(self.person, **self.kwargs)
        return index_document(index_report(self.person, version, by=self.asked("by") or ""))
