"""SPSS system files: the dictionary by pyreadstat and our patch, cells as bytecode many rows at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from surveys.core.absence import precedence
from surveys.core.codebook import Level, Scalar, ValueType, Variable, text_in
from surveys.core.said import say
from surveys.core.writing import labels as fit
from surveys.core.writing.attributes import spss_attributes
from surveys.core.writing.cells import Cells, cells, shared_reasons
from surveys.core.writing.narrow import WideTexts
from surveys.core.writing.sav_cells import NOTHING, Numbers, Texts, bytecode, write_packed
from surveys.core.writing.sav_patch import Patched, patched
from surveys.core.writing.sav_time import in_seconds, is_rounded
from surveys.core.writing.spss_missing import Declared, declare, dropped
from surveys.core.writing.table import ExportTable, Loss

_NUMBER_FORMAT = re.compile(r"(F|N|E|COMMA|DOT|DOLLAR|PCT)\d+(\.\d+)?", re.IGNORECASE)
_TIME_FORMAT = re.compile(r"D?TIME\d+(\.\d+)?", re.IGNORECASE)
_DATE_FORMAT = re.compile(r"([AEJS]?DATE|QYR|MOYR|WKYR)\d+", re.IGNORECASE)
_DATETIME_FORMAT = re.compile(r"(DATETIME|YMDHMS)\d+(\.\d+)?", re.IGNORECASE)
_TEXT_FORMAT = re.compile(r"A(\d{1,5})")
_EXACT_INTEGER = 2**53
_LONGEST_TEXT = 32_767  # bytes


@dataclass
class _Dictionary:
    """The arguments of ``pyreadstat.write_sav``, filled variable by variable."""

    column_labels: dict[str, str] = field(default_factory=dict)
    variable_value_labels: dict[str, dict[Scalar, str]] = field(default_factory=dict)
    missing_ranges: dict[str, list[Any]] = field(default_factory=dict)
    variable_measure: dict[str, str] = field(default_factory=dict)
    variable_format: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Column:
    """``longest`` has one cell, from which the library tells the column's type and width."""

    longest: pl.Series
    cells: Numbers | WideTexts
    losses: tuple[Loss, ...]


def write_sav(table: ExportTable, path: Path, language: str, *, compress: bool = False) -> list[Loss]:
    """Writes ``.sav`` (``.zsav`` when compressed) and returns what it could not carry."""
    names, losses = fit.spss_names(table.codebook.names)
    losses += fit.untold(table.codebook, language)
    dictionary = _Dictionary()
    columns = _columns(table, names, language, dictionary)
    losses += [loss for column in columns for loss in column.losses]
    attributes, lost = spss_attributes(
        table.codebook.variables, names, language, [column.losses for column in columns]
    )
    losses += lost
    title = table.heading_in(language)
    heading = fit.fit_bytes(title, 64)
    if heading != title:
        losses.append(fit.shortened("", "title of the file", "64 bytes"))
    import pyreadstat  # takes long to import: only for who writes

    pyreadstat.write_sav(
        pl.DataFrame([column.longest for column in columns]), str(path), file_label=heading,
        note=_note(table), compress=compress, row_compress=not compress, **vars(dictionary),
    )  # fmt: skip
    in_file = dict(zip(table.codebook.names, names, strict=True))
    whole = patched(path.read_bytes(), in_file, table.codebook, language, records=attributes, rows=table.rows)
    pieces = bytecode(list(_laid_out(columns, whole)), table.rows)
    with path.open("wb") as file:
        file.write(whole.before)
        if compress:
            write_packed(file, pieces)
        else:
            file.writelines(pieces)
    return losses


def _columns(table: ExportTable, names: list[str], language: str, dictionary: _Dictionary) -> list[_Column]:
    """All columns; those with absences that need a code wait until it is known which absences there are."""
    found: dict[int, _Column] = {}
    waiting: dict[int, frozenset[str]] = {}
    for position, variable in enumerate(table.codebook.variables):
        column = cells(table, position)
        if _has_codes(variable) and (left := column.left_words):
            waiting[position] = left
        else:
            found[position] = _column(table, position, column, (), names[position], language, dictionary)
    words = {word for some in waiting.values() for word in some}
    invented = tuple(sorted(words, key=precedence))
    for position in waiting:
        column = cells(table, position)
        found[position] = _column(table, position, column, invented, names[position], language, dictionary)
    return [found[position] for position in sorted(found)]


def _column(
    table: ExportTable,
    position: int,
    column: Cells,
    invented: tuple[str, ...],
    name: str,
    language: str,
    dictionary: _Dictionary,
) -> _Column:
    """One variable into the dictionary, and its cells as the file will hold them."""
    variable, losses = table.codebook.variables[position], []
    if is_rounded(variable, column):
        why = "Fractions of a second are kept to some millionths only: the format counts from 1582."
        losses.append(Loss(variable.name, "time_rounded", why))
    variable, column = in_seconds(variable, column)
    column, cut = _cut(variable, column)
    declared = _declare(variable, column, invented)
    losses += [*cut, *declared.losses]
    losses += _describe(dictionary, name, variable, declared, language)
    losses += _cell_losses(variable, declared.values, table.raw is None)
    if variable.type is not ValueType.TEXT:
        nothing = pl.Series(name, [None], dtype=pl.Float64)
        return _Column(nothing, Numbers.of(_finite(declared.values)), tuple(losses))
    texts = declared.values.cast(pl.String).rename(name)
    return _Column(_longest(texts, variable), WideTexts(texts.fill_null("")), tuple(losses))


def _longest(texts: pl.Series, variable: Variable) -> pl.Series:
    """One cell as wide as the column: its longest text, filled up to the width that the codebook declares."""
    widest = texts.str.len_bytes().arg_max()
    longest = "" if widest is None else texts[widest] or ""
    filler = " " * (_declared_width(variable) - len(longest.encode()))
    return pl.Series(texts.name, [longest + filler or None], dtype=pl.String)


def _declared_width(variable: Variable) -> int:
    """Bytes of the texts of a variable as an SPSS file declared them; 0 where none did."""
    found = _TEXT_FORMAT.fullmatch(variable.format)
    return min(int(found[1]), _LONGEST_TEXT) if found else 0


def _finite(values: pl.Series) -> pl.Series:
    """Numbers without the infinite ones, which the format does not know."""
    if not values.dtype.is_float() or not values.is_infinite().any():
        return values
    return pl.select(pl.when(values.is_finite()).then(values)).to_series()


def _laid_out(columns: Sequence[_Column], file: Patched) -> Iterator[Numbers | Texts]:
    """The columns, each text with the room that the dictionary gives it."""
    ends = [*file.starts.values(), file.units][1:]
    for column, start, end in zip(columns, file.starts.values(), ends, strict=True):
        cells = column.cells
        yield Texts(cells, end - start) if isinstance(cells, WideTexts) else cells


def write_zsav(table: ExportTable, path: Path, language: str) -> list[Loss]:
    """The same, compressed."""
    return write_sav(table, path, language, compress=True)


def _has_codes(variable: Variable) -> bool:
    return variable.type in (ValueType.INTEGER, ValueType.DECIMAL, ValueType.TIME)


def _declare(variable: Variable, column: Cells, invented: tuple[str, ...]) -> Declared:
    if _has_codes(variable) or variable.type is ValueType.TEXT:
        return declare(variable, column, invented)
    if not column.left_words:
        return declare(variable, column, ())
    declared = declare(variable, replace(column, left=column.left.clear(column.left.len())), ())
    return replace(declared, losses=(*declared.losses, dropped(variable, column)))


def _cut(variable: Variable, column: Cells) -> tuple[Cells, list[Loss]]:
    """The column with texts no longer than SPSS takes, cut between characters."""
    if variable.type is not ValueType.TEXT:
        return column, []
    too_long = column.values.str.len_bytes() > _LONGEST_TEXT
    if not too_long.any():
        return column, []
    texts = pl.Series([fit.fit_bytes(text, _LONGEST_TEXT) if text else text for text in column.values])
    why = "SPSS takes 32,767 bytes of text per cell; longer texts are cut."
    return replace(column, values=texts.alias(variable.name)), [Loss(variable.name, "text_shortened", why)]


def _describe(
    dictionary: _Dictionary, name: str, variable: Variable, declared: Declared, language: str
) -> list[Loss]:
    losses = []
    label = text_in(variable.labels, language)
    dictionary.column_labels[name] = fit.fit_bytes(label, 256)
    if len(label.encode()) > 256:
        losses.append(fit.shortened(variable.name, "label", "256 bytes"))
    own = fit.value_labels(variable, language).items()
    texts = {declared.moved.get(code, code): text for code, text in own if code not in declared.gone}
    texts |= {
        code: text_in(labels, language) for code, labels in declared.labels if code not in declared.gone
    }
    if texts and variable.type in (ValueType.DATE, ValueType.DATETIME):
        losses.append(Loss(variable.name, "value_labels_dropped", "Value labels on dates are left out."))
    elif texts:
        texts, lost = _within(variable, texts, declared.values)
        losses += lost
        if any(len(text.encode()) > 120 for text in texts.values()):
            losses.append(fit.shortened(variable.name, "label of a value", "120 bytes"))
        key = str if variable.type is ValueType.TEXT else float
        dictionary.variable_value_labels[name] = {key(v): fit.fit_bytes(t, 120) for v, t in texts.items()}
    if declared.ranges:
        dictionary.missing_ranges[name] = list(declared.ranges)
    if variable.level is not Level.UNKNOWN:
        dictionary.variable_measure[name] = variable.level.value
    if found := _format(variable, declared.values):
        dictionary.variable_format[name] = found
    return losses


def _within(
    variable: Variable, texts: dict[Scalar, str], values: pl.Series
) -> tuple[dict[Scalar, str], list[Loss]]:
    """Labels of texts that fit the column: the library makes it as wide as cells in bytes, codes by
    their characters."""
    if variable.type is not ValueType.TEXT:
        return texts, []
    plain = [len(str(code)) for code in texts if str(code).isascii()]  # others may be left out: not counted
    cells = int(values.str.len_bytes().max() or 1)  # type: ignore[arg-type]
    width = max([cells, _declared_width(variable), *plain])
    fitting = {code: text for code, text in texts.items() if len(str(code).encode()) <= width}
    if len(fitting) == len(texts):
        return texts, []
    why = "Labels of codes that are longer than every text of the variable are left out."
    return fitting, [Loss(variable.name, "value_labels_dropped", why)]


def _format(variable: Variable, values: pl.Series) -> str:
    given = variable.format
    if variable.type is ValueType.DATE:
        return given if _DATE_FORMAT.fullmatch(given) else "DATE11"
    if variable.type is ValueType.DATETIME:
        plain = "DATETIME23.3" if bool((values % 1 != 0).any()) else "DATETIME20"
        return given if _DATETIME_FORMAT.fullmatch(given) else plain
    if variable.type is ValueType.TIME:
        return given if _TIME_FORMAT.fullmatch(given) else "DTIME12"
    if variable.type is ValueType.TEXT:
        return ""
    if _NUMBER_FORMAT.fullmatch(given):
        return given
    if variable.type is ValueType.DECIMAL:
        return "F12.4"
    widest = max((len(str(values.min() or 0)), len(str(values.max() or 0)), 3))
    return f"F{min(widest, 40)}.0"


def _cell_losses(variable: Variable, values: pl.Series, from_reasons: bool) -> list[Loss]:
    losses = []
    if values.dtype.is_integer() and bool((values.abs() > _EXACT_INTEGER).any()):
        why = "Whole numbers beyond 9,007,199,254,740,992 are rounded: the format holds doubles."
        losses.append(Loss(variable.name, "number_rounded", why))
    if values.dtype == pl.Float64 and bool((values == NOTHING).any()):
        why = "The lowest number of all stands for an empty cell in the format."
        losses.append(Loss(variable.name, "number_dropped", why))
    if values.dtype.is_float() and bool(values.is_infinite().any()):
        losses.append(
            Loss(variable.name, "number_dropped", "Infinite numbers are empty cells: SPSS has none.")
        )
    if values.dtype == pl.String:
        if bool((values == "").any()) and bool(values.is_null().any()):
            why = "Empty text and no text at all look the same in the file."
            losses.append(Loss(variable.name, "empty_text_not_told", why))
        if bool(values.str.ends_with(" ").any()):
            losses.append(Loss(variable.name, "trailing_blanks_cut", "Blanks at the end of text are cut."))
    if from_reasons and (words := shared_reasons(variable)):
        why = say(
            "Several codes share a reason ({reasons}); each is written as the first of them.", reasons=words
        )
        losses.append(Loss(variable.name, "missing_codes_merged", why))
    return losses


def _note(table: ExportTable) -> list[str]:
    """Document lines of at most 80 bytes, as the format wants them."""
    lines: list[str] = []
    for remark in table.remarks:
        line = ""
        for piece in re.findall(r"\S+\s*", remark) or [""]:
            if line and len((line + piece).rstrip().encode()) > 80:
                lines.append(line.rstrip())
                line = ""
            while len((line + piece).rstrip().encode()) > 80:
                head = piece.encode()[:80].decode(errors="ignore")
                lines.append(head)
                piece = piece[len(head) :]
            line += piece
        lines.append(line.rstrip())
    return lines
