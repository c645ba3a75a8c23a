"""GRIM, GRIMMER and bounds against every set of answers there is: nothing possible is refused."""

from __future__ import annotations

from itertools import combinations_with_replacement
from statistics import mean, stdev

import pytest

from analytics.core.audit import audit
from analytics.core.audit.integers import Scale
from analytics.core.printed import read
from analytics.core.targets import Cell, PublishedTable


def _table(mean_: str, sd: str, **scale: float) -> PublishedTable:
    cells = Cell("all", "x", "mean", mean_), Cell("all", "x", "sd", sd)
    return PublishedTable("t", "descriptives", cells, {"scales": {"x": scale}})


def _wrong(table: PublishedTable) -> set[str]:
    return {one.code for one in audit(table) if one.severity == "error"}


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_what_some_answers_give_is_never_refused(n: int) -> None:
    for answers in combinations_with_replacement(range(1, 5), n):
        table = _table(f"{mean(answers):.2f}", f"{stdev(answers):.2f}", n=n, items=1, min=1, max=4)
        assert _wrong(table) == set(), answers


def test_what_no_answers_give_is_refused() -> None:
    """Of all means and SDs of five answers 1 to 4 that could be printed, those refused occur in none."""
    n, top = 5, 4
    possible = {
        (f"{mean(a):.2f}", f"{stdev(a):.2f}") for a in combinations_with_replacement(range(1, top + 1), n)
    }
    kept = set()
    for total in range(n, n * top + 1):
        for hundredths in range(0, 250):
            pair = f"{total / n:.2f}", f"{hundredths / 100:.2f}"
            if not _wrong(_table(*pair, n=n, items=1, min=1, max=top)):
                kept.add(pair)
    assert possible <= kept
    assert len(kept - possible) <= 10  # whole sums of squares of the right parity that no five answers have


def test_grim_with_its_arithmetic() -> None:
    """The example of Brown and Heathers (2017): 5.19 of 28 whole numbers cannot be."""
    (finding,) = (one for one in audit(_table("5.19", "1.34", n=28, items=1)) if one.code == "wrong_grim")
    assert finding.arithmetic[0].endswith("145 / 28 = 5.1786, 146 / 28 = 5.2143; printed 5.19")
    assert not any(one.code.endswith("grim") for one in audit(_table("5.19", "1.34", n=200, items=1)))


def test_several_items_make_finer_means() -> None:
    assert "wrong_grim" in _wrong(_table("3.27", "0.50", n=20, items=1))
    assert "wrong_grim" not in _wrong(_table("3.27", "0.50", n=20, items=3))


def test_bounds_of_the_sd() -> None:
    """Ten answers 1 to 5 with mean 3: at most five at each end, SD 2.108; at least 0."""
    printed = read("3.0")
    assert printed is not None
    spread = Scale(10, 1, 1, 5).spread(30)
    assert spread is not None
    assert (spread.low, spread.high) == pytest.approx((0.0, stdev([1] * 5 + [5] * 5)))
    assert "wrong_sd_range" in _wrong(_table("3.0", "2.3", n=10, items=1, min=1, max=5))
    assert "wrong_sd_range" in _wrong(_table("5.4", "0.3", n=10, items=1, min=1, max=5))
    assert _wrong(_table("3.0", "2.1", n=10, items=1, min=1, max=5)) == set()


def test_bounds_without_whole_numbers() -> None:
    cells = (
        Cell("all", "age", "mean", "40.0"),
        Cell("all", "age", "sd", "31.0"),
        Cell("all", "age", "min", "20"),
        Cell("all", "age", "max", "60"),
        Cell("all", "age", "n", "100"),
    )
    assert _wrong(PublishedTable("t", "free", cells)) == {"wrong_sd_range"}
