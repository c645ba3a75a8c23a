"""What leaves a run as a file."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from analytics.core.output.formats import TABLE_FORMATS
from analytics.selectors import run_with, table_file
from surveys.http import AnyType, Api

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
