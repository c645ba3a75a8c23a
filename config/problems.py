"""The one place where a problem becomes a page, or a JSON document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.response import Response
from rest_framework.views import exception_handler

from config.guards import told
from surveys.core.problems import Problem, Refused
from surveys.http import told_by_fields

STATUS = {
    "not_found": 404,
    "no_version": 404,
    "not_allowed": 403,
    "sign_in": 401,
    "conflict": 409,
    "immutable": 409,
    "unknown_field": 400,
}


def status_of(refused: Refused) -> int:
    """The HTTP status of a refusal: the first problem's family decides, 422 otherwise."""
    return STATUS.get(refused.problems[0].code, 422) if refused.problems else 422


def refusal_of(exception: Exception) -> Refused | None:
    """The refusal that was raised, by a service or by the guards of the database; None of a bug."""
    return exception if isinstance(exception, Refused) else told(exception)


class ProblemMiddleware:
    """Turns a refusal raised anywhere below a view into a page that says what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        refused = refusal_of(exception)
        if refused is None:
            return None
        status, context = status_of(refused), {"problems": refused.problems}
        return render(request, "problem.html", context | {"status": status}, status=status)


def problem_document(problems: Sequence[Problem], status: int) -> dict[str, Any]:
    """A problem-details document (RFC 9457) with every problem at once."""
    return {
        "type": f"urn:wavebook:problem:{problems[0].code if problems else 'error'}",
        "title": problems[0].message if problems else "Something is wrong.",
        "status": status,
        "problems": [problem.as_json() for problem in problems],
    }


def api_problem(exception: Exception, context: dict[str, Any]) -> Response | None:
    """The API's exception handler: refusals and DRF's own errors as problem details."""
    refused = refusal_of(exception)
    if refused is not None:
        status = status_of(refused)
        return Response(
            problem_document(refused.problems, status),
            status=status,
            content_type="application/problem+json",
        )
    response = exception_handler(exception, context)
    if response is not None:
        code = getattr(exception, "default_code", "error")
        problems = [Problem(code, text, where=where) for where, text in told_by_fields(response.data)]
        if isinstance(exception, Http404):
            problems = [Problem("not_found", "There is nothing at this address that you can see.")]
        response.data = problem_document(problems, response.status_code)
        response.content_type = "application/problem+json"
    return response
