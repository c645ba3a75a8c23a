"""What a new version of a measure would touch."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.selectors import impact_of
from measures.selectors.disclosure import measures_shown_to
from surveys.core.said import say
from surveys.http import Api
from surveys.selectors import one_named, study_named


class Impact(Api):
    """Measures that rest on it, datasets that take it or pin a version, runs, published tables and numbers
    of downloads behind them."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, study: str, name: str) -> Response:
        shown = measures_shown_to(self.person).filter(study=study_named(self.person, study))
        known = shown.values_list("name", flat=True)
        measure = one_named(shown.filter(name=name), say("measure"), name, known)
        return Response(impact_of(measure).as_json())
