"""Ranges of missing codes have finite ends; an open end is left out."""

from __future__ import annotations

import pytest

from surveys.core.reading.spans import span


@pytest.mark.parametrize(
    ("text", "ends"),
    [("-99..-90", (-99, -90)), (" .. -90 ", (None, -90)), ("5 ..", (5, None)), ("1.5..2e3", (1.5, 2000))],
)
def test_ranges(text: str, ends: tuple[float | None, float | None]) -> None:
    assert span(text) == ends


@pytest.mark.parametrize("text", ["nan..5", "-inf..5", "1..1e999", "..", "5", "9..1", "a..b", "1_0..20", ""])
def test_what_is_no_range(text: str) -> None:
    assert span(text) is None
