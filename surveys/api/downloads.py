"""Downloads: a file per version and format, with ranges, and a description of each."""

from __future__ import annotations

from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from surveys.api.studies import AboutWaveVersion
from surveys.core.writing import FORMATS
from surveys.http import AnyType, Api, LinkAuthentication, TokenAuthentication, file_response, signed
from surveys.models import Wave
from surveys.serializers import ExportSerializer
from surveys.services.exports import Subject, exported, outcome_of, wave_subject
from surveys.services.files import path_of

LANGUAGE = OpenApiParameter("language", str, description="Of the labels; the study's first unless given.")
EXTENSION = OpenApiParameter("extension", str, OpenApiParameter.PATH, enum=list(FORMATS))
_FILE = {
    (200, "application/octet-stream"): OpenApiTypes.BINARY,
    (206, "application/octet-stream"): OpenApiTypes.BINARY,
}


class Download(Api):
    """A version as a file of another program's; answers ranges and conditional requests."""

    authentication_classes = (LinkAuthentication, TokenAuthentication, SessionAuthentication)
    content_negotiation_class = AnyType
    parameters = ("language", "signature")

    def subject(self) -> Subject:
        """What the address names, if the person may see it."""
        raise NotImplementedError

    @extend_schema(parameters=[LANGUAGE, EXTENSION], responses=_FILE)
    def get(self, request: Request, extension: str, **address: object) -> HttpResponseBase:
        subject = self.subject()
        format, _, beside = extension.partition(".")
        export = exported(self.person, subject, "csv" if beside else format, self.asked("language"))
        stored, kind = export.file, FORMATS[export.format].media_type
        if beside:  # data.codebook.csv: the codebook beside data.csv
            if export.codebook is None or extension != "codebook.csv":
                raise Http404
            stored = export.codebook
        response = file_response(
            request,
            path_of(stored),
            sha256=stored.sha256,
            media_type=kind,
            name=f"{subject.name}.{extension}",
            title=f"{subject.title} {subject.name}.{extension}".replace("/", "-"),
        )
        response["Wavebook-Version"] = str(subject.version)
        response["Link"] = f'<{_below(request.path, "exports/" + export.format)}/>; rel="describedby"'
        return response


class AboutExport(Api):
    """What a download holds: hash, size, citation, everything its format cannot carry, and a signed link."""

    parameters = ("language",)

    def subject(self) -> Subject:
        """What the address names, if the person may see it."""
        raise NotImplementedError

    @extend_schema(parameters=[LANGUAGE, EXTENSION], responses=ExportSerializer)
    def get(self, request: Request, extension: str, **address: object) -> Response:
        subject = self.subject()
        export = exported(self.person, subject, extension, self.asked("language"))
        path = _below(request.path.rstrip("/"), f"data.{extension}", up=2)
        language = f"language={export.language}"
        codebook = _below(request.path.rstrip("/"), "data.codebook.csv", up=2)
        about = outcome_of(subject, export, file=path).as_json()
        about |= {
            "url": request.build_absolute_uri(f"{path}?{language}"),
            "signed_url": request.build_absolute_uri(f"{signed(path, self.person)}&{language}"),
            "codebook_url": request.build_absolute_uri(f"{codebook}?{language}") if export.codebook else "",
        }
        return Response(ExportSerializer(about).data)


def _below(path: str, name: str, up: int = 1) -> str:
    return "/".join([*path.split("/")[:-up], name])


def to_numbered(request: Request, number: int, version: str) -> HttpResponseRedirect:
    """From ``…/latest/…`` to the same address with the version's number, which it also names in a header."""
    response = HttpResponseRedirect(request.get_full_path().replace("/latest/", f"/v{number}/", 1))
    response["Wavebook-Version"] = version
    response["Cache-Control"] = "no-cache"
    return response


class WaveDownload(AboutWaveVersion, Download):
    def subject(self) -> Subject:
        return wave_subject(self.version())


class AboutWaveExport(AboutWaveVersion, AboutExport):
    def subject(self) -> Subject:
        return wave_subject(self.version())


class LatestWave(Api):
    """Redirects to the numbered version in force; the header ``Wavebook-Version`` names it."""

    content_negotiation_class = AnyType
    parameters = ("language", "page", "page_size")

    @extend_schema(responses={302: None})
    def get(self, request: Request, study: str, wave: str, rest: str = "") -> HttpResponseRedirect:
        found = get_object_or_404(Wave.objects.visible_to(self.person), study__slug=study, slug=wave)
        version = found.versions.order_by("-number").first()
        if version is None:
            raise Http404
        return to_numbered(request, version.number, str(version))


@extend_schema_view(get=extend_schema(operation_id="waves_latest_below"))
class LatestWaveFile(LatestWave):
    """The same for everything below the version: files, variables, exports."""
