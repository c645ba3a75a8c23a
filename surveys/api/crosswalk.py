"""Comparisons of wave versions, items over the waves, and the decisions that link them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from surveys import policy, selectors
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.said import say
from surveys.http import STUDY, AnyType, Api, BadParameter, ListApi, OneApi, document
from surveys.models import CrosswalkDecision, Study, User, WaveVersion
from surveys.selectors.items import STATUSES, availability, item_over_waves
from surveys.serializers import (
    DecisionSerializer,
    GridSerializer,
    NewDecisionSerializer,
    UndoSerializer,
    grid_document,
)
from surveys.services import comparing, crosswalk
from surveys.services.cell_files import MEDIA_TYPES, cell_file
from surveys.services.row_checks import Asked

SIDES = [
    OpenApiParameter("before", str, required=True, description="A wave version, as in mdms/2014@1."),
    OpenApiParameter("after", str, required=True, description="The version that it is held against."),
]


class AboutComparison(Api):
    """What all views of a comparison share."""

    parameters = ("before", "after")

    def sides(self) -> tuple[WaveVersion, WaveVersion]:
        """The two versions that the address names, if the person may see them."""
        if not self.asked("before") or not self.asked("after"):
            raise BadParameter("Name two wave versions: before=mdms/2014@1 and after=mdms/2016@1.")
        before, after = (
            selectors.wave_version_named(self.person, self.asked(side)) for side in self.parameters[:2]
        )
        return before, after


class Compare(AboutComparison):
    """What differs between two wave versions, one list per kind of difference.

    Counts under ten are null for those who may not download the data.
    """

    @extend_schema(parameters=SIDES, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        return Response(comparing.compared(self.person, *self.sides()).document())


class ChangedCells(AboutComparison):
    """Rows and cells that changed between two versions of one wave; asks for the right to the data."""

    content_negotiation_class = AnyType
    parameters = (*AboutComparison.parameters, "as")

    @extend_schema(
        parameters=[*SIDES, OpenApiParameter("as", str, enum=list(MEDIA_TYPES))],
        responses={(200, "application/json"): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        form = self.asked("as") or "json"
        name, lines = cell_file(self.person, *self.sides(), form)
        response = StreamingHttpResponse(lines, content_type=MEDIA_TYPES.get(form, ""))
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "private, no-store"
        return response


class AboutStudy(Api):
    """A view of one study, which a parameter names."""

    def study(self) -> Study:
        if not self.asked("study"):
            raise BadParameter("Name the study: study=mdms.")
        return selectors.study_named(self.person, self.asked("study"))


class Items(AboutStudy):
    """Every item in every wave: asked or not, under which name, how comparable, and why."""

    parameters = ("study", "q", "status", "item")

    @extend_schema(
        parameters=[
            OpenApiParameter("study", str, required=True),
            OpenApiParameter("q", str, description="Words of a name or label."),
            OpenApiParameter(
                "status", str, enum=list(STATUSES), description="Items with this status in some wave."
            ),
            OpenApiParameter("item", str, description="Only this one."),
        ],
        responses=GridSerializer,
    )
    def get(self, request: Request) -> Response:
        study = self.study()
        status = self.asked("status")
        if status and status not in STATUSES:
            raise BadParameter(f"status is one of {', '.join(STATUSES)}.")
        grid = availability(study, query=self.asked("q"), status=status)
        only = self.asked("item")
        lines = [item_over_waves(study, only).line] if only else grid.rows
        return Response(grid_document(study, grid.waves, lines))


class Decisions(ListApi):
    """Crosswalk decisions of the studies one may see, newest first; POST signs one on a comparison.

    Where the same holds already, nothing is stored: the answer is 200 with that decision, else 201.
    """

    serializer_class = DecisionSerializer
    queryset = CrosswalkDecision.objects.none()
    parameters = ("study", "item")

    @extend_schema(parameters=[STUDY, OpenApiParameter("item", str, description="Only of this item.")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[CrosswalkDecision]:
        visible = Study.objects.visible_to(self.person)
        found = CrosswalkDecision.objects.filter(item__study__in=visible).order_by("-id")
        found = found.select_related("item__study", "wave__study", "decided_by", "undone_by")
        if self.asked("study"):
            found = found.filter(item__study__slug=self.asked("study"))
        return found.filter(item__name=self.asked("item")) if self.asked("item") else found

    @extend_schema(
        request=NewDecisionSerializer, responses={200: DecisionSerializer, 201: DecisionSerializer}
    )
    def post(self, request: Request) -> Response:
        fields = document(request, NewDecisionSerializer, self._meant_wrongly)
        decision = crosswalk.decide_row(self.person, **self._with_sides(fields))
        return Response(DecisionSerializer(decision).data, status=200 if decision.held_already else 201)

    def _with_sides(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields with the two versions in place of their names, for those who may decide between them."""
        found = {
            side: selectors.wave_version_named(self.person, fields[side]) for side in ("before", "after")
        }
        policy.require_decide(self.person, found["after"].study)
        return fields | found

    def _meant_wrongly(self, fields: dict[str, Any]) -> tuple[Problem, ...]:
        note = fields.pop("note")
        try:
            crosswalk.require_meant(self.person, Asked(**self._with_sides(fields)), note)
        except Refused as refused:
            return refused.problems
        return ()


class OneDecision(OneApi):
    """One decision, whether it holds or was taken back."""

    serializer_class = DecisionSerializer
    queryset = CrosswalkDecision.objects.none()

    def get_object(self) -> CrosswalkDecision:
        return visible_decision(self.person, self.kwargs["pk"])


def visible_decision(person: User, pk: int) -> CrosswalkDecision:
    """The decision with this number, in a study that ``person`` may see."""
    visible = CrosswalkDecision.objects.filter(item__study__in=Study.objects.visible_to(person))
    related = ("item__study", "wave__study", "decided_by", "undone_by")
    decision = visible.select_related(*related).filter(pk=pk).first()
    if decision is None:
        raise refuse("not_found", say("There is no decision {pk} that you can see.", pk=pk))
    return decision


class UndoDecision(Api):
    """Takes a decision back by a row that says so; what was decided before it holds again."""

    @extend_schema(request=UndoSerializer, responses={201: DecisionSerializer})
    def post(self, request: Request, pk: int) -> Response:
        given = document(request, UndoSerializer)
        decision = visible_decision(self.person, pk)
        policy.require_decide(self.person, decision.item.study)
        row = crosswalk.undo(self.person, decision, given["note"])
        return Response(DecisionSerializer(row).data, status=201)
