"""The curve of a multiverse's result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.core.multiverse.summary import LEVEL
from analytics.core.multiverse.table import KINDS, called, in_order, term_called
from analytics.core.output.pictures.axis import shown
from analytics.core.output.pictures.curve import Curve, Point, curve
from analytics.core.output.pictures.svg import Sheet
from surveys.core.codebook import text_in

WORDS: Mapping[str, Mapping[str, str]] = {
    "clear": {"en": "p < .05", "zh": "p < .05"},
    "unclear": {"en": "p ≥ .05", "zh": "p ≥ .05"},
    "adopted": {"en": "adopted", "zh": "采用"},
}


def is_curve(result: Mapping[str, Any]) -> bool:
    """Whether the result is one of a multiverse, with numbers."""
    return any(one["value"] is not None for one in result.get("specifications") or ())


def specification_curve(result: Mapping[str, Any], language: str, title: str, note: str) -> Sheet:
    """The specifications with numbers in ascending order over their choices; all of them are drawn."""
    rows = [one for one in in_order(result) if one["value"] is not None]
    axes = tuple(
        (called(axis, language), tuple((one["name"], called(one, language)) for one in axis["alternatives"]))
        for axis in result["axes"]
    )
    plot = Curve(
        title=f"{title} · {term_called(result, language)}",
        axis=text_in(KINDS[result["scale"]], language),
        points=tuple(_point(one) for one in rows),
        axes=axes,
        words=tuple(text_in(WORDS[name], language) for name in ("clear", "unclear", "adopted")),  # type: ignore[arg-type]
        note=note,
    )
    return curve(plot)


def _point(one: Mapping[str, Any]) -> Point:
    ends = "" if one["low"] is None else f" [{shown(one['low'])}, {shown(one['high'])}]"
    whole = f"{one['number']}: {' · '.join(one['chosen'])}: {shown(one['value'])}{ends}"
    is_clear = one["p"] is not None and one["p"] < LEVEL
    return Point(one["value"], one["low"], one["high"], is_clear, one["adopted"], tuple(one["chosen"]), whole)
