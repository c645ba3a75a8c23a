"""Columns of a whole table in little room: narrow numbers, and few rows at a time in full width."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl


def narrowed(values: pl.Series) -> pl.Series:
    """Whole numbers in the narrowest type that holds them; anything else as it is."""
    return values.shrink_dtype() if values.dtype.is_integer() else values


class WideTexts:
    """A column of text whose cells can be had as rows of bytes that are all as wide as the longest."""

    def __init__(self, texts: pl.Series) -> None:
        """``texts``: String without a null."""
        self.texts = texts
        self.lengths: npt.NDArray[np.uint32] = texts.str.len_bytes().to_numpy()
        self.width = int(self.lengths.max(initial=0))  # bytes of UTF-8

    def block(self, start: int, stop: int, filler: bytes) -> npt.NDArray[np.uint8]:
        """The cells of some rows, one line of ``width`` bytes each, ``filler`` behind shorter ones."""
        lengths = self.lengths[start:stop]
        cells = np.full((len(lengths), self.width), ord(filler), dtype=np.uint8)
        texts = self.texts.slice(start, len(lengths)).to_arrow(compat_level=pl.CompatLevel.oldest())
        joined = texts.buffers()[2]
        if joined is not None:
            is_text = np.arange(self.width, dtype=np.uint32) < lengths[:, None]
            cells[is_text] = np.frombuffer(joined, dtype=np.uint8)[: int(lengths.sum())]
        return cells
