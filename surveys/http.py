"""What every room's HTTP API shares: who asks, strict query parameters, pages, files with ranges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from django.core import signing
from django.http import (
    FileResponse,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.views import APIView

from surveys.core.problems import near_misses
from surveys.models import User
from surveys.services.tokens import note_use

LINK_SECONDS = 15 * 60
_LINK_SALT = "wavebook.download"
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_PIECE = 1 << 18


class TokenAuthentication(KnoxTokenAuthentication):
    """A token in the header ``Authorization: Token …``; its last use is remembered."""

    def authenticate(self, request: Request) -> Any:
        found = super().authenticate(request)
        if found is not None:
            note_use(found[1])
        return found


class LinkAuthentication(BaseAuthentication):
    """A short-lived signed address, for programs that can send no header; good for its own path only."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        signature = request.query_params.get("signature")
        if signature is None:
            return None
        try:
            path, user_id = signing.loads(signature, salt=_LINK_SALT, max_age=LINK_SECONDS)
        except signing.BadSignature:
            raise AuthenticationFailed("This link is not valid any more; ask for a new one.") from None
        user = User.objects.filter(pk=user_id, is_active=True).first()
        if user is None or path != request.path:
            raise AuthenticationFailed("This link is not valid for this file.")
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return "Token"


def signed(path: str, user: User) -> str:
    """``path`` with a signature that lets ``user`` in for a quarter of an hour, whoever holds it."""
    return f"{path}?signature={signing.dumps([path, user.pk], salt=_LINK_SALT, compress=True)}"


class _TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "`Token SECRET`, made on the page of tokens.",
        }  # fmt: skip


class _LinkScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = LinkAuthentication
    name = "signed link"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "query",
            "name": "signature",
            "description": "Short-lived; see exports.",
        }


class UnknownParameter(APIException):
    """A query parameter that nothing listens to: refused, because a misspelt filter shows everything."""

    status_code = 400
    default_code = "unknown_parameter"


class BadParameter(APIException):
    """A query parameter whose value cannot be meant."""

    status_code = 400
    default_code = "bad_parameter"


class Api(APIView):
    """The root of every view of the API; ``parameters`` are the query parameters it listens to."""

    authentication_classes = (TokenAuthentication, SessionAuthentication)
    parameters: ClassVar[tuple[str, ...]] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        known = self.known_parameters()
        for name in request.query_params:
            if name not in known:
                near = near_misses(name, known)
                hint = f" Did you mean {' or '.join(near)}?" if near else ""
                listens = f" It listens to {', '.join(sorted(known))}." if known else ""
                raise UnknownParameter(f"There is no parameter called {name} here.{hint}{listens}")

    def known_parameters(self) -> set[str]:
        return set(self.parameters)

    @property
    def person(self) -> User:
        """Who asks; an anonymous user when nobody signed in."""
        return self.request.user  # type: ignore[return-value]

    def asked(self, name: str) -> str:
        """The value of a query parameter, empty when it is not given."""
        return str(self.request.query_params.get(name, ""))


class Pages(PageNumberPagination):
    """A hundred rows a page unless asked otherwise, a thousand at most."""

    page_size_query_param = "page_size"
    max_page_size = 1000


class ListApi(Api, ListAPIView[Any]):
    """A list in pages; ``get_queryset`` starts from ``visible_to``."""

    pagination_class = Pages

    def known_parameters(self) -> set[str]:
        return super().known_parameters() | {"page", "page_size"}


class OneApi(Api, RetrieveAPIView[Any]):
    """One thing; what one may not see is not found."""


class AnyType(BaseContentNegotiation):
    """Files are what they are, whatever the request would accept."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


def file_response(
    request: Request, path: Path, *, sha256: str, media_type: str, name: str, title: str
) -> HttpResponseBase:
    """A file under its hash: whole, a part of it (206), not changed (304) or no such part (416).

    ``name`` is the plain ASCII name, ``title`` the one in full Unicode for clients that know RFC 6266.
    One range is answered; several at once get the whole file, as RFC 9110 allows.
    """
    tag, size = f'"{sha256}"', path.stat().st_size
    if tag in re.findall(r'"[^"]*"', request.headers.get("If-None-Match", "")):
        return _dressed(HttpResponseNotModified(), tag)
    span = _span(request, tag, size)
    if span is None:
        response: HttpResponseBase = FileResponse(path.open("rb"), content_type=media_type)
        response["Content-Length"] = str(size)
    elif span[0] >= size or span[0] > span[1]:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return _dressed(response, tag)
    else:
        first, last = span
        response = StreamingHttpResponse(_part(path, first, last), status=206, content_type=media_type)
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
        response["Content-Length"] = str(last - first + 1)
    response["Content-Disposition"] = f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(title)}"
    return _dressed(response, tag)


def _dressed(response: HttpResponseBase, tag: str) -> HttpResponseBase:
    response["ETag"] = tag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-cache"  # ask each time: a right can be withdrawn
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _span(request: Request, tag: str, size: int) -> tuple[int, int] | None:
    """First and last byte asked for; None when the whole file is meant."""
    match = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return None
    if request.headers.get("If-Range", tag) != tag:
        return None
    start, end = match.groups()
    if not start:  # the last so many bytes
        return max(size - int(end), 0) if int(end) else size, size - 1
    return int(start), min(int(end), size - 1) if end else size - 1


def _part(path: Path, first: int, last: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left and (piece := file.read(min(left, _PIECE))):
            left -= len(piece)
            yield piece
