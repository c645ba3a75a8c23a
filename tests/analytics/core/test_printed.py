"""Printed figures as intervals."""

from __future__ import annotations

import pytest

from analytics.core.printed import Interval, read

FIGURES = [
    ("0.119", 0.119, 3),
    ("-0.0001", -0.0001, 4),
    ("15,997", 15997.0, 0),
    ("22.0%", 22.0, 1),
    ("−1.299", -1.299, 3),
    ("(0.051)", 0.051, 3),
    (".05", 0.05, 2),
]


@pytest.mark.parametrize(("text", "value", "decimals"), FIGURES)
def test_reads_figures(text: str, value: float, decimals: int) -> None:
    figure = read(text)
    assert figure is not None
    assert (figure.value, figure.decimals) == (value, decimals)


@pytest.mark.parametrize("text", ["", "***", "†", "in", "n.s.", "1-2", "1e5"])
def test_what_is_no_figure(text: str) -> None:
    assert read(text) is None


def test_halves_may_be_rounded_either_way() -> None:
    figure = read("0.12")
    assert figure is not None
    assert figure.agrees(0.115) and figure.agrees(0.125) and not figure.agrees(0.1251)
    assert figure.like(1 / 3) == "0.33"
    assert figure.like(-0.001) == "0.00"


def test_intervals_hold_every_value() -> None:
    a, b = Interval(-1, 2), Interval(3, 4)
    assert a * b == Interval(-4, 8)
    assert a - b == Interval(-5, -1)
    assert a.over(Interval(0, 4)).high == float("inf")
    assert list(Interval(35.99, 37.02).whole_numbers()) == [36, 37]
