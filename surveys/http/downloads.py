"""Downloads of versions, whatever room they are of: the file, what is to be known of it, and the latest."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from surveys.core.said import without_sources
from surveys.core.writing import FORMATS
from surveys.http.authentication import LinkAuthentication, TokenAuthentication, signed
from surveys.http.errata import ErratumSerializer
from surveys.http.files import file_response
from surveys.http.views import AnyType, Api
from surveys.models import Export, Job
from surveys.services.exports import handed_out, outcome_of, was_handed_out
from surveys.services.files import path_of
from surveys.services.handouts import written_or_queued
from surveys.services.subjects import Subject


class LossSerializer(serializers.Serializer[Any]):
    """Something a format could not carry."""

    variable = serializers.CharField(help_text="Empty when the whole file is meant.")
    what = serializers.CharField(help_text="A stable code, such as label_shortened.")
    why = serializers.CharField()
    became = serializers.DictField(
        child=serializers.CharField(allow_blank=True),
        required=False,
        help_text="Missing codes and reasons that stand otherwise in the file, and what each stands as.",
    )


class ExportSerializer(serializers.Serializer[Any]):
    """A version in one format: what is in the file, what is not, and where to get it."""

    version = serializers.CharField()
    format = serializers.CharField()
    language = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    rows = serializers.IntegerField()
    variables = serializers.IntegerField()
    losses = LossSerializer(many=True)
    citation = serializers.CharField()
    url = serializers.CharField(help_text="Needs a token in the header.")
    signed_url = serializers.CharField(help_text="Works without a header for 15 minutes.")
    codebook_url = serializers.CharField(help_text="The codebook beside a CSV; empty for other formats.")
    errata = ErratumSerializer(many=True, help_text="Corrections since, of what the version was made of.")


class QueuedSerializer(serializers.Serializer[Any]):
    """It takes long: a job does it.  Ask the job how far it is; a file is then asked for again."""

    job = serializers.CharField(help_text="Where to ask how far it is; also in the header Location.")
    state = serializers.CharField()
    problems = serializers.ListField(child=serializers.JSONField())


RETRY_SECONDS = 5
LANGUAGE = OpenApiParameter("language", str, description="Of the labels; the study's first unless given.")
EXTENSION = OpenApiParameter("extension", str, OpenApiParameter.PATH, enum=list(FORMATS))
_FILE = {
    (200, "application/octet-stream"): OpenApiTypes.BINARY,
    (206, "application/octet-stream"): OpenApiTypes.BINARY,
    202: QueuedSerializer,
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
        export = written_or_queued(self.person, subject, "csv" if beside else format, self.asked("language"))
        if isinstance(export, Job):
            return queued(request, export)
        stored, kind = export.file, FORMATS[export.format].media_type
        ending = extension if beside else FORMATS[export.format].ending
        if beside:  # data.codebook.csv: the codebook beside data.csv
            if export.codebook is None or extension != "codebook.csv":
                raise Http404
            stored = export.codebook
        response = file_response(
            request,
            path_of(stored),
            sha256=stored.sha256,
            media_type=kind,
            name=f"{subject.name}.{ending}",
            title=f"{subject.title} {subject.name}.{ending}".replace("/", "-"),
        )
        if request.method == "GET":  # HEAD tells of the file and hands nothing out
            self._record(subject, export, response)
        response["Wavebook-Version"] = str(subject.version)
        response["Link"] = f'<{_below(request.path, "exports/" + export.format)}/>; rel="describedby"'
        return response

    def _record(self, subject: Subject, export: Export, response: HttpResponseBase) -> None:
        """Audits what is given, once for a file that is fetched in parts.

        A part further on counts only where the person was never given the file: a fetch may not pass the
        audit by leaving out the first byte.
        """
        is_further = response.status_code == 206 and not response["Content-Range"].startswith("bytes 0-")
        if response.status_code not in (200, 206):  # not changed, or no such part: nothing was handed out
            return
        if not (is_further and was_handed_out(self.person, subject, export)):
            handed_out(self.person, subject, export)


class AboutExport(Api):
    """What a download holds: hash, size, citation, everything its format cannot carry, and a signed link."""

    parameters = ("language",)
    about = ExportSerializer

    def subject(self) -> Subject:
        """What the address names, if the person may see it."""
        raise NotImplementedError

    @extend_schema(parameters=[LANGUAGE, EXTENSION], responses={200: ExportSerializer, 202: QueuedSerializer})
    def get(self, request: Request, extension: str, **address: object) -> Response:
        subject = self.subject()
        export = written_or_queued(self.person, subject, extension, self.asked("language"))
        if isinstance(export, Job):
            return queued(request, export)
        path = _below(request.path.rstrip("/"), f"data.{extension}", up=2)
        language = f"language={export.language}"
        codebook = _below(request.path.rstrip("/"), "data.codebook.csv", up=2)
        about = outcome_of(subject, export, file=path).as_json()
        about |= {
            "url": request.build_absolute_uri(f"{path}?{language}"),
            "signed_url": request.build_absolute_uri(f"{signed(path, self.person)}&{language}"),
            "codebook_url": request.build_absolute_uri(f"{codebook}?{language}") if export.codebook else "",
        }
        about |= self.standing(subject)
        return Response(self.about(about, context={"request": request}).data)

    def standing(self, subject: Subject) -> dict[str, Any]:
        """Whether the version still stands as it was handed out: ``errata``, and what else a room knows."""
        raise NotImplementedError


def queued(request: Request, job: Job) -> Response:
    """Accepted, not done: the address of the job, and when to look again."""
    address = request.build_absolute_uri(reverse("api_job", args=[job.pk]))
    about = {
        "job": address,
        "state": job.state,
        "problems": [without_sources(problem) for problem in job.problems],
    }
    return Response(
        QueuedSerializer(about).data,
        status=202,
        headers={"Location": address, "Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"},
    )


def _below(path: str, name: str, up: int = 1) -> str:
    return "/".join([*path.split("/")[:-up], name])


def to_numbered(request: Request, address: str, rest: str, version: str) -> HttpResponseRedirect:
    """From ``…/latest/REST`` to REST below the ``address`` of ``version``, which a header names too."""
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponseRedirect(address + quote(rest) + (f"?{query}" if query else ""))
    response["Wavebook-Version"] = version
    response["Cache-Control"] = "no-cache"
    return response
