"""Formats that cannot declare an absence: codes of the source stay in place, other reasons get a column."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import polars.selectors as cs

from surveys.core.codebook import as_json, canonical
from surveys.core.said import say
from surveys.core.spreadsheets import guarded
from surveys.core.writing.cells import cells, shared_reasons
from surveys.core.writing.codebook_sheet import codebook_frame, companion
from surveys.core.writing.narrow import narrowed
from surveys.core.writing.set_syntax import sets_apart
from surveys.core.writing.spss_missing import dropped
from surveys.core.writing.table import ExportTable, Loss

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_ROW_GROUP = 100_000  # rows


@dataclass(frozen=True)
class Flat:
    """All columns side by side, whole numbers in the narrowest type that holds them; ``companions`` are the
    variables with a reason column to their right."""

    frame: pl.DataFrame
    companions: frozenset[str]
    losses: list[Loss]


def flatten(table: ExportTable) -> Flat:
    """The table with the source's own missing codes in place.

    A variable whose absences have reasons but no codes (a derived one, or one with tagged missings) gets
    a text column ``NAME__reason`` to its right; its own cells are empty there, so that no invented number
    can be taken for a value.
    """
    series: list[pl.Series] = []
    companions: set[str] = set()
    losses: list[Loss] = []
    taken = set(table.codebook.names)
    in_place = 0
    for position, variable in enumerate(table.codebook.variables):
        column = cells(table, position)
        series.append(narrowed(column.values).rename(variable.name))
        in_place += bool((column.absent & column.values.is_not_null()).any())
        if column.left_words and companion(variable.name) in taken:
            losses.append(dropped(variable, column))
        elif column.left_words:
            companions.add(variable.name)
            series.append(column.left.rename(companion(variable.name)))
        if table.raw is None and (words := shared_reasons(variable)):
            why = say(
                "Several codes share a reason ({reasons}); each is written as the first of them.",
                reasons=words,
            )
            losses.append(Loss(variable.name, "missing_codes_merged", why))
    if companions:
        why = say(
            "Reasons of absence that have no code stand in columns of their own, named in {suffix}; the "
            "cells themselves are empty. Variables concerned: {n}.",
            suffix=companion(""),
            n=len(companions),
        )
        losses.append(Loss("", "missing_reasons_beside", why))
    if in_place:
        why = say(
            "Missing codes stand in their cells like values, because the format cannot declare them; "
            "the codebook lists them. Variables concerned: {n}.",
            n=in_place,
        )
        losses.append(Loss("", "missing_codes_undeclared", why))
    return Flat(pl.DataFrame(series), frozenset(companions), losses)


def _infinite(frame: pl.DataFrame) -> list[Loss]:
    why = "Infinite numbers stand as inf and -inf; whoever imports the file here gets absences, out of range."
    infinite = (one.name for one in frame if one.dtype.is_float() and one.is_infinite().any())
    return [Loss(name, "number_infinite", why) for name in infinite]


def write_parquet(table: ExportTable, path: Path, language: str) -> list[Loss]:
    """Parquet (zstd); the whole codebook as JSON in the schema's metadata under ``wavebook``, labels in
    each field's."""
    import pyarrow as pa  # takes long to import: only for who writes
    import pyarrow.parquet as pq

    flat = flatten(table)
    by_name = {variable.name: variable for variable in table.codebook.variables}
    fields = []
    for field in _wide(flat.frame.clear()).schema:
        variable = by_name.get(field.name)
        if variable is not None:
            about = {"label": variable.label(language), "codebook": canonical(as_json(variable))}
            field = field.with_metadata(about)
        fields.append(field)
    document = {
        "title": table.heading,
        "citation": table.citation,
        "synthetic": table.is_synthetic,
        "notes": list(table.remarks),
        "rows": table.rows,
        "reasons": {companion(name): name for name in sorted(flat.companions)},
        "codebook": as_json(table.codebook),
    }
    schema = pa.schema(fields, {"wavebook": json.dumps(document, ensure_ascii=False, sort_keys=True)})
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, max(table.rows, 1), _ROW_GROUP):
            _write_group(writer, flat.frame.slice(start, _ROW_GROUP), schema)
    return [*flat.losses, *_infinite(flat.frame)]


def _write_group(writer: pq.ParquetWriter, rows: pl.DataFrame, schema: pa.Schema) -> None:
    """Some rows; in a function of its own, so that only one group is ever held in full width."""
    writer.write_table(_wide(rows).cast(schema), rows.height or None)


def _wide(frame: pl.DataFrame) -> pa.Table:
    """Rows as they are stored: whole numbers of 64 bits."""
    return frame.cast({cs.integer(): pl.Int64}).to_arrow(compat_level=pl.CompatLevel.oldest())


def codebook_beside(path: Path) -> Path:
    """Where the codebook of a ``.csv`` lies: ``data.csv`` -> ``data.codebook.csv``."""
    return path.with_suffix(".codebook.csv")


def write_csv(table: ExportTable, path: Path, language: str) -> list[Loss]:
    """UTF-8, comma, newline, ISO dates; empty cell: nothing there, ``""``: text of no length.

    The codebook lies beside it, see :func:`codebook_beside`; none of its cells can run as a formula.
    """
    flat = flatten(table)
    _never_blank(flat.frame).write_csv(path, quote_style="always" if _seems_parted(flat.frame) else None)
    guarded(codebook_frame(table, flat.companions)).write_csv(codebook_beside(path))
    losses = [
        Loss(
            "",
            "codebook_apart",
            "Labels are in a file of their own, the codebook whose name ends in .codebook.csv.",
        ),
        *sets_apart(table.codebook),
        *flat.losses,
        *_infinite(flat.frame),
    ]
    for name in _like_formulas(flat.frame):
        why = "Some texts begin like a spreadsheet's formulas; open the file as data, not by double click."
        losses.append(Loss(name, "formula_like_text", why))
    return losses


def _never_blank(frame: pl.DataFrame) -> pl.DataFrame:
    """An empty cell of a single column would be a blank line, which readers take for no row at all."""
    return frame.select(pl.all().cast(pl.String).fill_null("")) if frame.width == 1 else frame


def _seems_parted(frame: pl.DataFrame) -> bool:
    """Whether marks within the texts of a single column could be taken for delimiters."""
    texts = pl.Series([frame.columns[0]], dtype=pl.String)
    if frame.width == 1 and frame.dtypes[0] == pl.String:
        texts.append(frame.to_series())
    return frame.width == 1 and bool(texts.str.contains(r"[;\t|]").any())


def _like_formulas(frame: pl.DataFrame) -> list[str]:
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    return [name for name in texts if bool(frame[name].str.contains(r"^[=+\-@\t\r]").any())]
