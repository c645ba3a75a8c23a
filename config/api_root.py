"""The first page of the API: where everything is."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from surveys.http import Api

_LISTS = (
    "studies",
    "waves",
    "measures",
    "proposals",
    "datasets",
    "analyses",
    "runs",
    "targets",
    "hypotheses",
    "decisions",
    "jobs",
    "tokens",
    "schema",
    "docs",
)


class Root(Api):
    """Names of the lists and their addresses."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        return Response({name: reverse(f"api_{name}", request=request) for name in _LISTS})


class Nowhere(Api):
    """Every other address below the API's: told as a problem, not as a page."""

    @extend_schema(exclude=True)
    def get(self, request: Request, rest: str) -> Response:
        raise Http404

    post = put = patch = delete = get
