"""What the correction of a wave reaches."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.selectors import erratum_of
from surveys import policy
from surveys.http import Api
from surveys.selectors import wave_version_named


class Erratum(Api):
    """Everything that rests on what was corrected since a wave version, by column: datasets, runs, published
    tables, files handed out (by whom is told to those who look after the study)."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, study: str, wave: str, number: int) -> Response:
        version = wave_version_named(self.person, f"{study}/{wave}@{number}")
        found = erratum_of(version)
        if found is None:
            return Response({"wave_version": str(version), "corrected_by": None})
        with_people = policy.may(self.person, policy.ADMINISTER, version.study)
        return Response(found.document(with_people=with_people))
