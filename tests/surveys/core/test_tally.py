"""Tallies of a column: the same as counting cell by cell, whatever the type."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.core.tally import tally


@pytest.mark.parametrize(
    ("dtype", "cells"),
    [
        (pl.Int8, [1, 2, 1, None, -9, 127, -128]),
        (pl.Int64, [1, 10**15, 1, None]),
        (pl.Float64, [0.5, -0.0, 0.0, None, float("inf")]),
        (pl.String, ["a", "", None, "a"]),
        (pl.Date, [date(1970, 1, 1), None, date(9999, 12, 31)]),
        (pl.Int64, []),
        (pl.Float64, [None, None]),
    ],
)
def test_every_type_is_counted(dtype: Any, cells: list[Any]) -> None:
    values, n = tally(pl.Series("value", cells, dtype=dtype))
    assert values.dtype == dtype
    assert dict(zip(values, n, strict=True)) == Counter(cells)


@settings(max_examples=50)
@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3)))
def test_numbers_come_in_order_and_the_empty_cell_last(cells: list[int | None]) -> None:
    values, n = tally(pl.Series("value", cells, dtype=pl.Int64))
    assert dict(zip(values, n, strict=True)) == Counter(cells)
    numbers = values.drop_nulls().to_list()
    assert numbers == sorted(set(numbers))
    assert values.head(len(numbers)).null_count() == 0
