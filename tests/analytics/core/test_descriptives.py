"""A mixed table: shares, means, categories, and what is absent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core.descriptives import Described, describe


def present(values: list[float] | list[str]) -> np.ndarray:
    return np.zeros(len(values), dtype=bool)


def test_shares_means_and_absences() -> None:
    dummy, score = np.array([1.0, 0.0, 1.0, np.nan]), np.array([1.0, 2.0, 4.0, 5.0])
    table = describe(
        [
            Described("isp", dummy, np.isnan(dummy), {"refused": 1}),
            Described("age", score, np.zeros(4, dtype=bool)),
        ]
    )
    share, mean = table.rows
    assert (share.kind, share.n, share.count) == ("share", 3, 2)
    assert share.percent == pytest.approx(200 / 3)
    assert share.absent == {"refused": 1}
    assert (mean.kind, mean.n, mean.mean) == ("mean", 4, 3.0)
    assert mean.sd == pytest.approx(np.std(score, ddof=1))
    assert table.n == 4


def test_categories_in_codebook_order_with_unlisted_codes_last() -> None:
    codes = np.array([2.0, 1.0, 2.0, 9.0])
    table = describe([Described("edu", codes, np.zeros(4, dtype=bool), levels=((1.0, "low"), (2.0, "high")))])
    assert [(row.level, row.count) for row in table.rows] == [("low", 1), ("high", 2), ("9.0", 1)]


def test_text_is_described_by_its_categories() -> None:
    words = np.array(["rural", "urban", "rural"], dtype=object)
    table = describe([Described("hukou", words, np.zeros(3, dtype=bool))])
    assert [(row.level, row.count) for row in table.rows] == [("rural", 2), ("urban", 1)]


def test_nothing_valid_is_said_and_not_computed() -> None:
    table = describe([Described("x", np.full(3, np.nan), np.ones(3, dtype=bool), {"not_asked": 3})])
    assert table.rows[0].n == 0 and table.rows[0].mean is None
    assert [check.code for check in table.checks] == ["no_valid_values"]


def test_one_row_has_no_standard_deviation() -> None:
    assert describe([Described("x", np.array([3.0]), np.zeros(1, dtype=bool))]).rows[0].sd is None


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60))
def test_every_row_is_in_one_category(values: list[int]) -> None:
    codes = np.array(values, dtype=float)
    levels = tuple((float(code), str(code)) for code in range(6))
    table = describe([Described("x", codes, np.zeros(len(codes), dtype=bool), levels=levels)])
    assert sum(row.count or 0 for row in table.rows) == len(values)
    assert sum(row.percent or 0 for row in table.rows) == pytest.approx(100)
