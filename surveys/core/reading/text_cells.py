"""Bytes of text cells to text: decoded, padding apart from what was written, null characters told of."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from surveys.core.findings import Finding, Severity
from surveys.core.quality.rows import first_rows
from surveys.core.reading.encodings import Decision, decoded, is_cut, undecodable
from surveys.core.reading.undecodable import in_cells
from surveys.core.said import say_n


@dataclass
class Texts:
    """The texts of a column; empty ones are null, for most formats cannot tell the two apart."""

    values: pl.Series
    findings: list[Finding] = field(default_factory=list)


def decoded_texts(series: pl.Series, name: str, decision: Decision, *, is_padded: bool) -> Texts:
    """Bytes decoded.  Only where the format fills its texts up (``is_padded``) do blanks at their end stand
    for nothing; elsewhere somebody wrote them."""
    text = as_utf8(series) if decision.codec == "utf-8" else None
    found = Texts(text) if text is not None else _one_by_one(series, name, decision, is_padded=is_padded)
    text = found.values
    padding = " \0" if is_padded else "\0"
    if any(bool(text.str.ends_with(one).any()) for one in padding):
        text = text.str.strip_chars_end(padding)
    found.values = _null_where_empty(text)
    return found


def without_nul(text: pl.Series, name: str, *, is_padded: bool) -> tuple[pl.Series, list[Finding]]:
    """Text without null characters, which stand for nothing and which PostgreSQL refuses to keep."""
    damaged = int(text.str.contains("\0", literal=True).sum() or 0)
    if not damaged:
        return text, []
    message = say_n(
        damaged,
        "Null characters were taken out of 1 cell.",
        "Null characters were taken out of {damaged:,} cells.",
        damaged=damaged,
    )
    text = text.str.replace_all("\0", "", literal=True)
    text = _null_where_empty(text.str.strip_chars_end(" ") if is_padded else text)
    return text, [Finding(Severity.WARNING, "null_characters", message, name)]


def _null_where_empty(text: pl.Series) -> pl.Series:
    return pl.select(pl.when(text != "").then(text).alias("c"))["c"]


def as_utf8(series: pl.Series) -> pl.Series | None:
    """The column as text if every cell is whole UTF-8; None otherwise."""
    try:
        return series.cast(pl.String)
    except pl.exceptions.PolarsError:
        return None


def _one_by_one(series: pl.Series, name: str, decision: Decision, *, is_padded: bool) -> Texts:
    found = Texts(series)
    distinct, codec = series.unique().drop_nulls(), decision.codec
    padding = b" \0" if is_padded else b"\0"
    cells = [cell.rstrip(padding) for cell in distinct]
    meanings = [decoded(cell, codec) for cell in cells]
    kept = [undecodable(cell, codec) for cell in cells]
    if cut := sum(is_cut(cell, codec) for cell in cells):
        text = say_n(
            cut,
            "1 text ends inside a character: the program that wrote the file cut it.",
            "{cut} different texts end inside a character: the program that wrote the file cut them.",
            cut=cut,
        )
        found.findings.append(Finding(Severity.WARNING, "text_cut", text, name))
    table = pl.DataFrame({"c": distinct, "text": pl.Series(meanings, dtype=pl.String), "kept": kept})
    joined = series.to_frame("c").join(table, on="c", how="left", maintain_order="left")
    found.values = joined["text"]
    if any(kept):
        broken = (joined["kept"] > 0).fill_null(value=False)
        rows, count = int(broken.sum()), int(joined["kept"].sum())
        found.findings.append(in_cells(name, decision.name, rows, first_rows(broken), count))
    return found
