"""Downloads of wave versions."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request

from surveys.api.studies import AboutWaveVersion
from surveys.http import AboutExport, AnyType, Api, Download, to_numbered
from surveys.selectors import wave_version_named
from surveys.services.reached import reached_in
from surveys.services.subjects import Subject, wave_subject


class WaveDownload(AboutWaveVersion, Download):
    def subject(self) -> Subject:
        return wave_subject(self.version())


class AboutWaveExport(AboutWaveVersion, AboutExport):
    def subject(self) -> Subject:
        return wave_subject(self.version())

    def standing(self, subject: Subject) -> dict[str, Any]:
        return {"errata": reached_in(self.version())}


class LatestWave(Api):
    """Redirects to the numbered version in force; the header ``Wavebook-Version`` names it."""

    content_negotiation_class = AnyType
    parameters = ("language", "page", "page_size")

    @extend_schema(responses={302: None})
    def get(self, request: Request, study: str, wave: str, rest: str = "") -> HttpResponseRedirect:
        version = wave_version_named(self.person, f"{study}/{wave}")
        address = reverse("api_wave_version", args=[study, wave, version.number])
        return to_numbered(request, address, rest, str(version))


@extend_schema_view(get=extend_schema(operation_id="waves_latest_below"))
class LatestWaveFile(LatestWave):
    """The same for everything below the version: files, variables, exports."""
