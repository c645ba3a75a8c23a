"""Rows named by their number in the file, counted from 1: a place to look, not an answer."""

from __future__ import annotations

import polars as pl

MOST_ROWS = 8


def first_rows(mask: pl.Series) -> list[int]:
    """The numbers of the first rows that a mask picks."""
    return [row + 1 for row in mask.arg_true()[:MOST_ROWS]]
