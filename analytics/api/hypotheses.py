"""Hypotheses with their verdicts, and mappings of published tables to analyses."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import selectors
from analytics.core.mapping import TargetMap, suggested
from analytics.core.record import plain
from analytics.models import HypothesisRegister
from analytics.serializers import DefineRegisterSerializer, MappingSerializer, RegisterSerializer
from analytics.services.hypotheses import define_hypotheses
from analytics.services.mappings import map_target
from surveys.http import STUDY, Api, ListApi
from surveys.models import Study
from surveys.selectors import study_named


@extend_schema(parameters=[STUDY])
class Registers(ListApi):
    """Registers of hypotheses."""

    serializer_class = RegisterSerializer
    queryset = HypothesisRegister.objects.none()
    parameters = ("study",)

    def get_queryset(self):  # type: ignore[no-untyped-def]
        visible = Study.objects.visible_to(self.person)
        found = HypothesisRegister.objects.filter(study__in=visible).select_related("study")
        return found.filter(study__slug=self.asked("study")) if self.asked("study") else found


class OneRegister(Api):
    """The hypotheses of one work, each with its verdict by dataset version and family; PUT defines them."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, study: str, slug: str) -> Response:
        found = selectors.register_named(study_named(self.person, study), slug)
        return Response(plain(selectors.verdicts_document(found, selectors.verdicts(self.person, found))))

    @extend_schema(request=DefineRegisterSerializer, responses=RegisterSerializer)
    def put(self, request: Request, study: str, slug: str) -> Response:
        given = DefineRegisterSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        found = define_hypotheses(self.person, study_named(self.person, study), slug, **given.validated_data)
        return Response(RegisterSerializer(found).data)


class Mapping(Api):
    """Which rows and columns of an analysis those of a table stand for; POST signs it."""

    @extend_schema(responses=MappingSerializer)
    def get(self, request: Request, study: str, analysis: str, slug: str) -> Response:
        here = study_named(self.person, study)
        target = selectors.target_named(here, slug)
        of = selectors.analysis_named(self.person, f"{study}/{analysis}")
        signed = selectors.mapping_of(target, of)
        found = (
            TargetMap(signed.columns, signed.terms)
            if signed
            else suggested(selectors.published_table(target), selectors.keys_of(of))
        )
        by = signed.created_by.get_username() if signed else None
        return Response(
            {
                "columns": found.columns,
                "terms": found.terms,
                "note": signed.note if signed else "",
                "signed_by": by,
            }
        )

    @extend_schema(request=MappingSerializer, responses={201: MappingSerializer})
    def post(self, request: Request, study: str, analysis: str, slug: str) -> Response:
        given = MappingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        here = study_named(self.person, study)
        target = selectors.target_named(here, slug)
        of = selectors.analysis_named(self.person, f"{study}/{analysis}")
        table, keys = selectors.published_table(target), selectors.keys_of(of)
        made = map_target(self.person, target, of, table=table, keys=keys, **given.validated_data)
        told = {"columns": made.columns, "terms": made.terms, "note": made.note}
        return Response({**told, "signed_by": made.created_by.get_username()}, status=201)
