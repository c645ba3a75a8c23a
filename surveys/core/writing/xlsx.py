"""Excel workbooks by our own streaming writer: a sheet of data, a sheet of codebook, never a formula.

Cells are put together as text by column expressions, so that no Python object is made per cell; texts
are inline strings, the archive's members have a fixed time, so the same table gives the same bytes.
"""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import IO

import polars as pl

from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.core.writing.codebook_sheet import codebook_frame
from surveys.core.writing.flat import flatten
from surveys.core.writing.set_syntax import sets_apart
from surveys.core.writing.table import FIXED_TIME, ExportTable, Loss
from surveys.core.writing.xlsx_parts import HEAD, MAIN, parts

MOST_CELLS, MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 20_000_000, 1_048_575, 16_384, 32_767
_CHUNK = 5_000
_EXACT = 2**53
_NOT_XML = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
_FIRST_DAY = date(1900, 3, 1)  # Excel's calendar has a 29 February 1900
_DATE, _TIMESTAMP = 1, 2  # positions in the styles part


def write_xlsx(table: ExportTable, path: Path, language: str) -> list[Loss]:
    """Writes the workbook; refuses tables beyond 20 million cells or Excel's own limits."""
    flat = flatten(table)
    _check_size(flat.frame)
    frame, losses = _fitted(flat.frame)
    codebook, cut = _codebook(codebook_frame(table, flat.companions))
    _write(table, path, {"data": frame, "codebook": codebook})
    return [*sets_apart(table.codebook), *flat.losses, *losses, *cut]


def write_sheet_xlsx(table: ExportTable, path: Path, language: str) -> list[Loss]:
    """The codebook alone, as a workbook that can be edited and given back; labels are in every language."""
    frame, losses = _codebook(codebook_frame(table))
    _write(table, path, {"codebook": frame})
    return losses


def _write(table: ExportTable, path: Path, sheets: dict[str, pl.DataFrame]) -> None:
    write_sheets(path, sheets, table.heading, " ".join(table.remarks))


def longest_cell(frame: pl.DataFrame) -> int:
    """Characters of the longest text; beyond ``MOST_CHARACTERS`` a workbook cannot hold it."""
    texts = [frame[name].str.len_chars().max() for name, kind in frame.schema.items() if kind == pl.String]
    return max((int(n) for n in texts if isinstance(n, int)), default=0)


def write_sheets(path: Path, sheets: dict[str, pl.DataFrame], title: str, description: str = "") -> None:
    """A workbook of frames that fit its cells already."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        about = parts(_xml(title), _xml(description), tuple(sheets))
        for name, text in about.items():
            with archive.open(_member(name), "w") as part:
                part.write(text.encode())
        for number, sheet in enumerate(sheets.values(), 1):
            with archive.open(_member(f"xl/worksheets/sheet{number}.xml"), "w", force_zip64=True) as part:
                _sheet(part, sheet)


def _codebook(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Loss]]:
    """The sheet of the codebook, and whose lines in it do not fit a cell."""
    fitted, _ = _fitted(frame)
    long, odd = pl.col(pl.String).str.len_chars() > MOST_CHARACTERS, pl.col(pl.String).str.contains(_NOT_XML)
    why = "Its line in the codebook's sheet is cut: Excel takes 32,767 characters per cell."
    losses = [Loss(name, "codebook_shortened", why) for name in _lines(frame, long)]
    why = "Control characters in its line of the codebook's sheet are left out: Excel has none."
    losses += [Loss(name, "codebook_characters_removed", why) for name in _lines(frame, odd)]
    return fitted, losses


def _lines(frame: pl.DataFrame, test: pl.Expr) -> list[str]:
    """The variables of the lines for which ``test`` holds in some cell; empty for lines of the whole file."""
    found = frame.filter(pl.any_horizontal(test)).select(pl.col("^variable$").fill_null(""))
    return found.to_series().to_list() if found.width else []


def _check_size(frame: pl.DataFrame) -> None:
    rows, columns = frame.shape
    if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        raise refuse(
            "too_large_for_format",
            say(
                "{rows:,} rows of {columns:,} columns are more than a workbook takes ({most_cells:,} "
                "cells, {most_rows:,} rows, {most_columns:,} columns).",
                rows=rows,
                columns=columns,
                most_cells=MOST_CELLS,
                most_rows=MOST_ROWS,
                most_columns=MOST_COLUMNS,
            ),
            hint="Choose Parquet, CSV, SPSS or Stata instead.",
        )


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, FIXED_TIME.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _fitted(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Loss]]:
    losses = []
    for name, kind in frame.schema.items():
        column = frame[name]
        if kind == pl.String and int(column.str.len_chars().max() or 0) > MOST_CHARACTERS:  # type: ignore[arg-type]
            frame = frame.with_columns(pl.col(name).str.head(MOST_CHARACTERS))
            losses.append(
                Loss(name, "text_shortened", "Excel takes 32,767 characters per cell; longer texts are cut.")
            )
        if kind == pl.String and bool(column.str.contains(_NOT_XML).any()):
            why = "Control characters in texts are left out: Excel has none."
            losses.append(Loss(name, "characters_removed", why))
        if kind.is_integer() and bool((column.cast(pl.Int64).abs() > _EXACT).any()):
            losses.append(Loss(name, "number_rounded", "Excel keeps 15 digits of a number."))
        if kind in (pl.Date, pl.Datetime) and bool((column.cast(pl.Date) < _FIRST_DAY).any()):
            frame = frame.with_columns(pl.col(name).dt.to_string("iso"))
            losses.append(
                Loss(name, "date_as_text", "Excel counts days from March 1900 only; this column is text.")
            )
        if kind.is_float() and not bool(column.is_finite().all()):
            frame = frame.with_columns(pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name))
            losses.append(Loss(name, "number_dropped", "Infinite numbers are empty cells: Excel has none."))
    return frame, losses


def _sheet(part: IO[bytes], frame: pl.DataFrame) -> None:
    part.write(f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'.encode())
    part.write(
        b'<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    )
    part.write(b"<sheetData>")
    names = pl.DataFrame({f"c{i}": [name] for i, name in enumerate(frame.columns)})
    for chunk in (names, *(frame.slice(start, _CHUNK) for start in range(0, frame.height, _CHUNK))):
        rows = chunk.select(
            pl.concat_str(
                pl.lit("<row>"), *(_cell(name, kind) for name, kind in chunk.schema.items()), pl.lit("</row>")
            )
        ).to_series()
        part.write("".join(rows.to_list()).encode())
    part.write(b"</sheetData></worksheet>")


def _cell(name: str, kind: pl.DataType) -> pl.Expr:
    value = pl.col(name)
    if kind == pl.String:
        filled = pl.concat_str(
            pl.lit('<c t="inlineStr"><is><t xml:space="preserve">'), _escaped(value), pl.lit("</t></is></c>")
        )
    elif kind == pl.Date:
        filled = _number((value.cast(pl.Int32) + 25_569).cast(pl.String), _DATE)
    elif kind == pl.Datetime:
        filled = _number((value.dt.timestamp("us") / 86_400e6 + 25_569.0).cast(pl.String), _TIMESTAMP)
    else:
        filled = _number(value.cast(pl.String), 0)
    return pl.when(value.is_not_null()).then(filled).otherwise(pl.lit("<c/>"))


def _number(text: pl.Expr, style: int) -> pl.Expr:
    return pl.concat_str(pl.lit(f'<c s="{style}"><v>' if style else "<c><v>"), text, pl.lit("</v></c>"))


def _escaped(text: pl.Expr) -> pl.Expr:
    """Text as XML; what XML cannot hold is left out, what Excel would take for its own escape is not."""
    clean = text.str.replace_all(_NOT_XML, "")
    clean = clean.str.replace_all(r"_(x[0-9A-Fa-f]{4}_)", "_x005F_$1")
    for raw, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "_x000D_")):
        clean = clean.str.replace_all(raw, safe, literal=True)
    return clean


def _xml(text: str) -> str:
    return str(pl.select(_escaped(pl.lit(text))).item())
