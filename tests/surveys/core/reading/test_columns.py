"""Columns gathered chunk by chunk: narrow and wide chunks of one column make one column."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from surveys.core.reading.columns import NumberColumn, texts
from surveys.core.reading.raw import Numbers, Whole

NARROW = Whole(np.array([101, 255, 1], dtype=np.uint8), offset=-100, empty=255)
DOUBLES = np.array([0.5, math.nan])
LARGE = np.array([5.0, 2.0**40])
NOTHING = np.array([math.nan])


@pytest.mark.parametrize(
    ("parts", "cells", "dtype"),
    [
        ([NARROW], [1, None, -99], pl.Int8),
        ([NARROW, NARROW], [1, None, -99, 1, None, -99], pl.Int8),
        ([NARROW, DOUBLES], [1.0, None, -99.0, 0.5, None], pl.Float64),
        ([NARROW, LARGE], [1, None, -99, 5, 2**40], pl.Int64),
        ([NOTHING, NARROW], [None, 1, None, -99], pl.Int8),
        ([Whole(np.array([7, 300], dtype=np.int16))], [7, 300], pl.Int16),
    ],
)
def test_chunks_of_every_width_make_one_column(
    parts: list[Numbers | Whole], cells: list[float | None], dtype: pl.DataType
) -> None:
    column = NumberColumn()
    for part in parts:
        column.add(part)
    series = column.series()
    assert series.dtype == dtype
    assert series.to_list() == cells


def test_texts_keep_what_lies_before_their_length() -> None:
    cells = np.frombuffer(b"abc  de        a\xe6\xb1\x89\xff", dtype=np.uint8).reshape(4, 5)
    assert texts(cells, np.array([3, 2, 0, 9])).to_list() == [b"abc", b"de", b"", bytes(cells[3])]
