"""Long work and tokens: what one asked for, how far it is, and keys for programs."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from surveys.core.problems import refuse
from surveys.http import Api, BadParameter, ListApi, NoFields, OneApi, document
from surveys.models import ApiToken, Job
from surveys.selectors import job_with
from surveys.serializers import JobSerializer, MadeTokenSerializer, NewTokenSerializer, TokenSerializer
from surveys.services import jobs
from surveys.services.tokens import create_token, revoke_token, tokens_of


@extend_schema(parameters=[OpenApiParameter("state", str, enum=list(Job.State.values))])
class Jobs(ListApi):
    """One's own jobs and those of one's studies, newest first."""

    serializer_class = JobSerializer
    queryset = Job.objects.none()
    parameters = ("state",)

    def get_queryset(self) -> QuerySet[Job]:
        visible = Job.objects.visible_to(self.person).select_related("study")
        state = self.asked("state")
        if state and state not in Job.State.values:
            raise BadParameter(f"state is one of {', '.join(Job.State.values)}.")
        return visible.filter(state=state) if state else visible


class OneJob(OneApi):
    """One job: state, progress, log, and the result when it is done."""

    serializer_class = JobSerializer
    queryset = Job.objects.none()

    def get_object(self) -> Job:
        return job_with(self.person, self.kwargs["pk"])


class CancelJob(Api):
    """Asks a job to stop: a queued one stops now, a running one at its next step."""

    @extend_schema(request=None, responses=JobSerializer)
    def post(self, request: Request, pk: int) -> Response:
        document(request, NoFields)
        job = job_with(self.person, pk)
        told = JobSerializer(jobs.cancel(self.person, job), context={"request": request})
        return Response(told.data)


class Tokens(ListApi):
    """One's own tokens; POST makes one and tells its secret, once."""

    serializer_class = TokenSerializer
    queryset = ApiToken.objects.none()

    def get_queryset(self) -> QuerySet[ApiToken]:
        if not self.person.is_authenticated:
            raise refuse("sign_in", "You need to sign in to see your tokens.")
        return tokens_of(self.person)

    @extend_schema(request=NewTokenSerializer, responses={201: MadeTokenSerializer})
    def post(self, request: Request) -> Response:
        if request.auth is not None:  # else a stolen token would outlive its end
            raise refuse(
                "not_allowed", "A token makes no tokens.", hint="Sign in and make it on the page of tokens."
            )
        token, secret = create_token(self.person, **document(request, NewTokenSerializer))
        return Response(TokenSerializer(token).data | {"secret": secret}, status=201)


class OneToken(Api):
    """Revokes one's own token at once."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        revoke_token(self.person, pk)
        return Response(status=204)
