"""Publishing drafts, and the second pair of eyes: what waits, approving it, sending it back."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from measures.models import Proposal
from measures.policy import require_define
from measures.selectors import measure_named
from measures.selectors.disclosure import proposal_with, proposals_shown_to
from measures.serializers import (
    ApproveSerializer,
    ProposalBriefSerializer,
    ProposalSerializer,
    PublishedSerializer,
    PublishSerializer,
    SendBackSerializer,
)
from measures.services.comparing import proposal_compared
from measures.services.rules import PublishOutcome, approve, publish, send_back
from surveys.http import STUDY, Api, BadParameter, ListApi, OneApi, document
from surveys.selectors import study_named

STATE = OpenApiParameter("state", str, enum=list(Proposal.State.values))


class Publish(Api):
    """Publishes the draft of a measure when every check holds.

    201 where it is published, 200 where it says what the version in force says, 202 where it waits for a
    second pair of eyes: then the header Location names the proposal.
    """

    @extend_schema(request=PublishSerializer, responses=dict.fromkeys((200, 201, 202), PublishedSerializer))
    def post(self, request: Request, study: str, name: str) -> Response:
        require_define(self.person, study_named(self.person, study))  # before a draft is known to exist
        measure = measure_named(self.person, f"{study}/{name}")
        return told(request, publish(self.person, measure, **document(request, PublishSerializer)))


def told(request: Request, outcome: PublishOutcome) -> Response:
    """What became of a draft, and where to look at it."""
    version, waiting = outcome.version, outcome.waits_for
    measure = version.measure
    if waiting is not None:
        status, address = 202, reverse("api_proposal", args=[waiting.pk])
    else:
        status = 201 if outcome.is_new else 200
        address = reverse("api_measure_version", args=[measure.study.slug, measure.name, version.number])
    document = outcome.as_json() | {"proposal": waiting.pk if waiting else None}
    headers = {"Location": request.build_absolute_uri(address)}
    return Response(PublishedSerializer(document).data, status=status, headers=headers)


@extend_schema(parameters=[STUDY, STATE])
class Proposals(ListApi):
    """Drafts that were laid before a second pair of eyes, newest first; for those who may define measures."""

    serializer_class = ProposalBriefSerializer
    queryset = Proposal.objects.none()
    parameters = ("study", "state")

    def get_queryset(self) -> QuerySet[Proposal]:
        found, state = proposals_shown_to(self.person), self.asked("state")
        if state and state not in Proposal.State.values:
            raise BadParameter(f"state is one of {', '.join(Proposal.State.values)}.")
        found = found.filter(state=state) if state else found
        return found.filter(measure__study__slug=self.asked("study")) if self.asked("study") else found


class OneProposal(OneApi):
    """One proposal: its wording, what was seen on every wave, and how it differs from what was in force."""

    serializer_class = ProposalSerializer
    queryset = Proposal.objects.none()

    def get_object(self) -> Any:
        found: Any = proposal_with(self.person, self.kwargs["pk"])
        compared = proposal_compared(self.person, found)
        found.difference = compared.as_json() if compared is not None else None
        return found


class Approve(Api):
    """Publishes what was proposed; every check is made again, by somebody who wrote none of it."""

    @extend_schema(request=ApproveSerializer, responses={201: PublishedSerializer})
    def post(self, request: Request, pk: int) -> Response:
        found = proposal_with(self.person, pk)
        return told(request, approve(self.person, found, **document(request, ApproveSerializer)))


class SendBack(Api):
    """Gives the draft back to its author, with a note of what should be changed."""

    @extend_schema(request=SendBackSerializer, responses=ProposalBriefSerializer)
    def post(self, request: Request, pk: int) -> Response:
        found = proposal_with(self.person, pk)
        sent = send_back(self.person, found, **document(request, SendBackSerializer))
        return Response(ProposalBriefSerializer(sent).data)
