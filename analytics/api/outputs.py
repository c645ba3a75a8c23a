"""What leaves a run as a file."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.core.output.formats import TABLE_FORMATS
from analytics.selectors import picture_file, pictures_of, run_with, table_file
from analytics.services.bundles import bundle_or_job
from surveys.http import AnyType, Api, QueuedSerializer, queued
from surveys.models import Job

LANGUAGE = OpenApiParameter("language", str, enum=["en", "zh"], description="Of labels and notes; English.")
EXTENSION = OpenApiParameter("extension", str, OpenApiParameter.PATH, enum=list(TABLE_FORMATS))


class RunTable(Api):
    """The table of a run as a file for papers and programs, as far as this person may see it."""

    content_negotiation_class = AnyType
    parameters = ("language",)

    @extend_schema(
        parameters=[LANGUAGE, EXTENSION],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int, extension: str) -> HttpResponse:
        file = table_file(self.person, run_with(self.person, pk), extension, self.asked("language"))
        answer = HttpResponse(file.content, content_type=file.media_type)
        answer["Content-Disposition"] = f'attachment; filename="{file.name}"'
        return answer


class RunPictures(Api):
    """The pictures that there are of a run, by their names."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pk: int) -> Response:
        run = run_with(self.person, pk)
        return Response({"run": run.pk, "pictures": pictures_of(self.person, run)})


class RunPicture(Api):
    """A picture of a run: forest plot, predictions over a moderator, bars, scree plot, correlations."""

    content_negotiation_class = AnyType
    parameters = ("language",)

    @extend_schema(
        parameters=[LANGUAGE, OpenApiParameter("extension", str, OpenApiParameter.PATH, enum=["svg", "png"])],
        responses={(200, "image/svg+xml"): OpenApiTypes.BINARY, (200, "image/png"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int, name: str, extension: str) -> HttpResponse:
        run = run_with(self.person, pk)
        file = picture_file(self.person, run, name, extension, self.asked("language"))
        answer = HttpResponse(file.content, content_type=file.media_type)
        answer["Content-Disposition"] = f'attachment; filename="{file.name}"'
        return answer


class RunBundle(Api):
    """The replication bundle of a run; without data for whoever may not download them.

    Answers 202 with the job where it takes long to write.
    """

    content_negotiation_class = AnyType

    @extend_schema(
        responses={(200, "application/zip"): OpenApiTypes.BINARY, 202: QueuedSerializer},
    )
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        run = run_with(self.person, pk)
        if not self.person.is_authenticated:
            raise NotAuthenticated
        made = bundle_or_job(self.person, run)
        if isinstance(made, Job):
            return queued(request, made)
        file = made.path.open("rb")  # closed by the response
        return FileResponse(file, as_attachment=True, filename=made.name, content_type="application/zip")
