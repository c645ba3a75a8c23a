"""Files over HTTP: whole or in parts, under the hash of their content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from django.http import (
    FileResponse,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from rest_framework.request import Request

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_PIECE = 1 << 18


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
