"""What a browser may load and run on our pages: our own files, and nothing that stands in the page itself."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_COMMON = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
SITE = _COMMON
# The admin's theme evaluates expressions in its markup; the API's browser starts from an inline script.
THEMED = _COMMON + "; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'"
_THEMED_PATHS = ("/admin/", "/api/v1/docs/")


class ContentPolicyMiddleware:
    """Names the policy on every answer: a label that became markup by mistake could still run nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_themed = request.path.startswith(_THEMED_PATHS)
        response.headers.setdefault("Content-Security-Policy", THEMED if is_themed else SITE)
        return response
