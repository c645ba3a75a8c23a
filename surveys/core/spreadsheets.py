"""Texts in a .csv that a spreadsheet program would take for formulas.

A cell that begins with one of ``= + - @``, a tab or a carriage return is computed when the file is opened
by double click.  An apostrophe in front makes it a text; reading takes it away again.  Cells of data are
never touched, they are what was answered: this is for the sheets that describe them.
"""

from __future__ import annotations

import re

import polars as pl

GUARDABLE = r"^'*[=+\-@\t\r]"
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` (text only) with an apostrophe before every cell that could be taken for a formula."""
    marked = pl.all().str.contains(GUARDABLE)
    return frame.with_columns(pl.when(marked).then(pl.lit("'") + pl.all()).otherwise(pl.all()).name.keep())


def unguarded(cell: str) -> str:
    """The text that :func:`guarded` was given; other cells stay as they are."""
    return cell[1:] if _GUARDED.match(cell) else cell
