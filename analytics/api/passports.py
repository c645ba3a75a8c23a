"""What stands behind a run and behind its numbers."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.selectors import passport, run_with, shown_to
from analytics.selectors.numbers import Asked, history, number_of
from surveys.http import Api

NUMBER = [
    OpenApiParameter("model", str, description="The name of a model of the run."),
    OpenApiParameter("term", str, description="One of its terms, as the run names it."),
    OpenApiParameter("category", str, description="Of the outcome, where it has several."),
]


class RunPassport(Api):
    """Dataset version, filter, weights, rows used and lost by reason, measure versions with their rules in
    words, versions of code and packages; of one number, with its history, where model and term are given."""

    parameters = ("model", "term", "category")

    @extend_schema(parameters=NUMBER, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pk: int) -> Response:
        run = shown_to(self.person, run_with(self.person, pk))
        asked = Asked(self.asked("model"), self.asked("term"), self.asked("category"))
        told = passport(self.person, run, asked.model, asked.term).as_json()
        if asked.model and asked.term:
            told["number"] = dict(number_of(run, asked).estimate)
            told["history"] = [one.as_json() for one in history(self.person, run, asked)]
        return Response(told)
