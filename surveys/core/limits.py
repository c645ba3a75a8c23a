"""The range of valid values that a codebook declares: what a type can hold of it, and how it is told."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime

from surveys.core.codebook import Limits, Scalar, ValueType
from surveys.core.said import say
from surveys.core.storable import LEAST, MOST

MIN, MAX = "valid_min", "valid_max"  # the ends' names in sheets, and in files that carry them as attributes
ENDS = (MIN, MAX)


def fits(limits: Limits, kind: ValueType) -> bool:
    """Whether the ends are cells of this type as a codebook keeps them."""
    ends = [end for end in (limits.lower, limits.upper) if end is not None]
    if kind in (ValueType.DATE, ValueType.DATETIME):
        return all(isinstance(end, str) and moment(end, kind) == end for end in ends)
    return kind is not ValueType.TEXT and all(map(_is_number, ends))


def _is_number(end: Scalar) -> bool:
    if isinstance(end, float):
        return math.isfinite(end)
    return isinstance(end, int) and not isinstance(end, bool) and LEAST <= end <= MOST


def moment(text: str, kind: ValueType) -> str | None:
    """A day, or among timestamps also a time of a day, in the one ISO form that a codebook keeps."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        if kind is ValueType.DATE:
            return None
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if stamp.tzinfo else stamp.isoformat()


def ends(limits: Limits | None) -> Mapping[str, str]:
    """Both ends as a sheet writes them, by name: ``18``; ``>0`` where it lies outside; "" where open."""
    if limits is None:
        return {MIN: "", MAX: ""}
    return {
        MIN: told_end(limits.low) if limits.above is None else f">{told_end(limits.above)}",
        MAX: told_end(limits.high) if limits.below is None else f"<{told_end(limits.below)}",
    }


def in_short(limits: Limits | None) -> str:
    """``18 – 120``, ``> 0 – …``: the same in every language; "" where there are none."""
    if limits is None:
        return ""
    return " – ".join(re.sub("^[<>]", r"\g<0> ", text) or "…" for text in ends(limits).values())


def in_words(limits: Limits) -> str:
    """``18 to 120``, ``more than 0 and at most 1``."""
    if limits.low is not None and limits.high is not None:
        return say("{low} to {high}", low=told_end(limits.low), high=told_end(limits.high))
    lower = upper = ""
    if limits.lower is not None:
        end = told_end(limits.lower)
        lower = say("more than {end}", end=end) if limits.low is None else say("at least {end}", end=end)
    if limits.upper is not None:
        end = told_end(limits.upper)
        upper = say("less than {end}", end=end) if limits.high is None else say("at most {end}", end=end)
    return say("{lower} and {upper}", lower=lower, upper=upper) if lower and upper else lower or upper


def told_end(end: Scalar | None) -> str:
    """An end as text, of a number all digits that tell it from others but no ``.0``; "" where it is open."""
    if end is None:
        return ""
    if not isinstance(end, float):
        return str(end)
    short = f"{end:.15g}"
    return short if float(short) == end else repr(end)
