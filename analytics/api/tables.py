"""Auditing a published table that is sent along, and keeping one."""

from __future__ import annotations

from dataclasses import asdict

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.core.audit import audit
from analytics.core.audit.report import report
from analytics.core.record import plain
from analytics.serializers import NewTargetSerializer, PastedSerializer, TargetBriefSerializer
from analytics.services.targets import define_target
from surveys.http import Api
from surveys.selectors import study_named


class AuditTable(Api):
    """What the figures of a published table say of each other; nothing is kept and no data are needed."""

    @extend_schema(request=PastedSerializer, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        given = PastedSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        table = given.table()
        return Response(plain(report(table, audit(table))))


class NewTarget(Api):
    """Keeps a published table, or what changed of it, cell by cell as printed."""

    @extend_schema(request=NewTargetSerializer, responses={201: TargetBriefSerializer})
    def post(self, request: Request, study: str) -> Response:
        given = NewTargetSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        table, about = given.table(), given.validated_data
        target = define_target(
            self.person,
            study_named(self.person, study),
            about["slug"],
            kind=table.kind,
            cells=[asdict(cell) for cell in table.cells],
            labels=about["labels"],
            citation=about["citation"],
            notes=table.notes,
        )
        return Response(TargetBriefSerializer(target).data, status=201)
