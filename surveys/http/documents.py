"""Documents that are sent to the API: what was given as it is meant, or all that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from surveys.core.problems import Problem, Refused, near_misses
from surveys.core.said import say

_OF_FORMS = frozenset({"csrfmiddlewaretoken"})  # what a page sends beside its fields


class PlainJson(JSONParser):
    """JSON; what is nested deeper than it can be read is no document rather than a bug."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError(_("The document is nested too deep.")) from None


class NoFields(Serializer[Any]):
    """A document that says nothing: the address alone says what is wanted."""


Meaning = Callable[[dict[str, Any]], Sequence[Problem]]


def document(
    request: Request, shape: type[Serializer[Any]], meaning: Meaning | None = None
) -> dict[str, Any]:
    """The fields of the document that was sent, in the types that ``shape`` gives them.

    A field that ``shape`` has not is refused, because what a misspelt one says would be forgotten; what is
    wrong with the others is told beside it: their shape and, where that is right, what ``meaning`` finds in
    them, but for the field that was most likely misspelt.
    """
    given = shape(data=request.data)
    is_valid = given.is_valid()
    unknown = _unknown(request.data, given.fields)
    if unknown:
        if not is_valid:
            others = [Problem("invalid", text, where=where) for where, text in told_by_fields(given.errors)]
        else:
            others = list(meaning(dict(given.validated_data))) if meaning is not None else []
        meant = {name for one in unknown for name in one.near}
        raise Refused([*unknown, *(one for one in others if one.where not in meant or not is_valid)])
    if not is_valid:
        raise ValidationError(given.errors)
    return dict(given.validated_data)


def _unknown(data: Any, known: Iterable[str]) -> list[Problem]:
    if not isinstance(data, Mapping):
        return []
    names = tuple(known)
    hint = say("It takes {names}.", names=names) if names else "Send none."
    return [
        Problem(
            "unknown_field",
            say("There is no field called “{name}” here.", name=name[:60]),
            where=name[:60],
            hint=hint,
            near=near_misses(name, names),
        )
        for name in data
        if name not in names and name not in _OF_FORMS
    ]


def told_by_fields(detail: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """(field, sentence) of everything that the framework found wrong."""
    if isinstance(detail, dict):
        for name, found in detail.items():
            is_whole = name in ("detail", "non_field_errors")
            yield from told_by_fields(found, where if is_whole else f"{where}.{name}".lstrip("."))
    elif isinstance(detail, list):
        for found in detail:
            yield from told_by_fields(found, where)
    else:
        yield where, str(detail)
