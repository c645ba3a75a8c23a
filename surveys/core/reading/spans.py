"""A range of missing codes as sheets write it: ``-99..-90``, an open end left out (``..-90``)."""

from __future__ import annotations

import re
from math import isfinite

_END = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def span(text: str) -> tuple[float | None, float | None] | None:
    """(low, high), None for an open end; None when ``text`` is no range of finite numbers."""
    left, dots, right = (part.strip() for part in text.partition(".."))
    told = [end for end in (left, right) if end]
    if not dots or not told or not all(_END.fullmatch(end) for end in told):
        return None
    ends = [float(end) for end in told]
    if not all(map(isfinite, ends)) or ends != sorted(ends):
        return None
    return float(left) if left else None, float(right) if right else None
