"""Studies, waves, wave versions and variables; each queryset starts from what the person may see."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema

from surveys.http import STUDY, Api, ListApi, OneApi
from surveys.models import Study, Variable, Wave, WaveVersion
from surveys.selectors import search_variables, study_named, variable_named, wave_named, wave_version_named
from surveys.serializers import (
    FoundVariableSerializer,
    StudySerializer,
    VariableSerializer,
    WaveSerializer,
    WaveVersionSerializer,
)


class Studies(ListApi):
    """Studies one may see."""

    serializer_class = StudySerializer
    queryset = Study.objects.none()

    def get_queryset(self) -> QuerySet[Study]:
        return Study.objects.visible_to(self.person)


class OneStudy(OneApi):
    """One study."""

    serializer_class = StudySerializer
    queryset = Study.objects.none()

    def get_object(self) -> Study:
        return study_named(self.person, self.kwargs["study"])


@extend_schema(parameters=[STUDY])
class Waves(ListApi):
    """Waves with their versions."""

    serializer_class = WaveSerializer
    queryset = Wave.objects.none()
    parameters = ("study",)

    def get_queryset(self) -> QuerySet[Wave]:
        waves = Wave.objects.visible_to(self.person).select_related("study").prefetch_related("versions")
        return waves.filter(study__slug=self.asked("study")) if self.asked("study") else waves


class OneWave(OneApi):
    """One wave with its versions."""

    serializer_class = WaveSerializer
    queryset = Wave.objects.none()

    def get_object(self) -> Wave:
        return wave_named(self.person, "{study}/{wave}".format(**self.kwargs))


class AboutWaveVersion(Api):
    """What all views below a wave version share."""

    def version(self) -> WaveVersion:
        """The version that the address names, if the person may see it."""
        return wave_version_named(self.person, "{study}/{wave}@{number}".format(**self.kwargs))


class OneWaveVersion(AboutWaveVersion, OneApi):
    """One imported, immutable state of a wave: how it was read and what was noticed."""

    serializer_class = WaveVersionSerializer
    queryset = WaveVersion.objects.none()

    def get_object(self) -> WaveVersion:
        return self.version()


class Variables(AboutWaveVersion, ListApi):
    """The codebook of a wave version with frequencies, in the order of the file."""

    serializer_class = VariableSerializer
    queryset = Variable.objects.none()

    def get_queryset(self) -> QuerySet[Variable]:
        return self.version().variables.select_related("version__wave__study")


class OneVariable(AboutWaveVersion, OneApi):
    """One variable with its frequencies."""

    serializer_class = VariableSerializer
    queryset = Variable.objects.none()

    def get_object(self) -> Variable:
        return variable_named(self.version(), self.kwargs["name"])


@extend_schema(
    parameters=[
        OpenApiParameter(
            "q", str, required=True, description="Words of a name, label, question or value label."
        ),
        STUDY,
    ]
)
class FoundVariables(ListApi):
    """Variables of the latest wave versions that contain every word, best first; at most 500."""

    serializer_class = FoundVariableSerializer
    queryset = Variable.objects.none()
    parameters = ("q", "study")

    def get_queryset(self) -> Any:
        study = None
        if slug := self.asked("study"):
            study = study_named(self.person, slug)
        return search_variables(self.person, self.asked("q"), study=study, limit=500)
