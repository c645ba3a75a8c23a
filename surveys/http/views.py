"""The roots of all views of the API: strict query parameters, pages, one thing or many."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException, NotFound
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.views import APIView

from surveys.core.problems import near_misses, refuse
from surveys.core.said import say
from surveys.http.authentication import TokenAuthentication
from surveys.http.documents import PlainJson
from surveys.models import User

STUDY = OpenApiParameter("study", str, description="Only of this study.")


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
    parser_classes = (PlainJson, FormParser, MultiPartParser)
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

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        try:
            return super().paginate_queryset(queryset, request, view)
        except NotFound:
            page = str(request.query_params.get(self.page_query_param, ""))[:40]
            raise refuse(
                "not_found",
                say("This list has no page {page}.", page=page),
                hint="Leave the page out to begin with the first one.",
            ) from None


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
