"""One coefficient over the runs of an analysis: a line for every version of the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.core.output.pictures.chosen import ESTIMATE, WORDS
from analytics.core.output.pictures.forest import Forest, ForestRow, Interval, forest
from analytics.core.output.pictures.svg import Sheet
from surveys.core.codebook import text_in


def over_runs(
    points: Sequence[tuple[str, Mapping[str, Any] | None]], name: str, language: str, title: str, note: str
) -> Sheet:
    """(what a run is called, its estimate or None where it has none) from the first run to the last.

    At least one has an interval; ``name`` is that of the number.
    """
    rows = tuple(ForestRow(name, (interval(one),)) for name, one in points)
    axis = text_in(WORDS["coefficient"], language)
    return forest(Forest(title, axis, (name,), rows, note))


def interval(one: Mapping[str, Any] | None) -> Interval | None:
    """An estimate with the ends of its interval; None where one of the three is not there."""
    found = [one.get(name) for name in ESTIMATE] if one else [None]
    if any(value is None for value in found):
        return None
    value, low, high = found
    assert value is not None and low is not None and high is not None
    return Interval(value, low, high)
