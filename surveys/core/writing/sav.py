"""SPSS system files: cells by pyreadstat, and the dictionary records it does not know by our patch."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from surveys.core.codebook import Level, Scalar, ValueType, Variable, text_in
from surveys.core.said import say
from surveys.core.writing import labels as fit
from surveys.core.writing.attributes import spss_attributes
from surveys.core.writing.cells import Cells, cells, shared_reasons
from surveys.core.writing.sav_patch import patch
from surveys.core.writing.sav_time import in_seconds, is_rounded
from surveys.core.writing.spss_missing import Declared, declare, dropped, invented_reasons
from surveys.core.writing.table import ExportTable, Loss

_NUMBER_FORMAT = re.compile(r"(F|N|E|COMMA|DOT|DOLLAR|PCT)\d+(\.\d+)?", re.IGNORECASE)
_TIME_FORMAT = re.compile(r"D?TIME\d+(\.\d+)?", re.IGNORECASE)
_DATE_FORMAT = re.compile(r"([AEJS]?DATE|QYR|MOYR|WKYR)\d+", re.IGNORECASE)
_DATETIME_FORMAT = re.compile(r"(DATETIME|YMDHMS)\d+(\.\d+)?", re.IGNORECASE)
_EXACT_INTEGER = 2**53
_NOTHING = -1.7976931348623157e308  # SPSS's system-missing value
_LONGEST_TEXT = 32_767  # bytes


@dataclass
class _Dictionary:
    """The arguments of ``pyreadstat.write_sav``, filled variable by variable."""

    column_labels: dict[str, str] = field(default_factory=dict)
    variable_value_labels: dict[str, dict[Scalar, str]] = field(default_factory=dict)
    missing_ranges: dict[str, list[Any]] = field(default_factory=dict)
    variable_measure: dict[str, str] = field(default_factory=dict)
    variable_format: dict[str, str] = field(default_factory=dict)


def write_sav(table: ExportTable, path: Path, language: str, *, compress: bool = False) -> list[Loss]:
    """Writes ``.sav`` (``.zsav`` when compressed) and returns what it could not carry."""
    variables = table.codebook.variables
    names, losses = fit.spss_names(table.codebook.names)
    losses += fit.untold(table.codebook, language)
    columns = [cells(table, position) for position in range(len(variables))]
    invented = invented_reasons(c for c, v in zip(columns, variables, strict=True) if _has_codes(v))
    dictionary, series = _Dictionary(), []
    for name, variable, column in zip(names, variables, columns, strict=True):
        if is_rounded(variable, column):
            why = "Fractions of a second are kept to some millionths only: the format counts from 1582."
            losses.append(Loss(variable.name, "time_rounded", why))
        variable, column = in_seconds(variable, column)
        column, cut = _cut(variable, column)
        declared = _declare(variable, column, invented)
        losses += [*cut, *declared.losses]
        losses += _describe(dictionary, name, variable, declared, language)
        losses += _cell_losses(variable, declared.values, table.raw is None)
        series.append(_in_file(declared.values, variable).rename(name))
    attributes, lost = spss_attributes(variables, names, language)
    losses += lost
    heading = fit.fit_bytes(table.heading, 64)
    if heading != table.heading:
        losses.append(fit.shortened("", "title of the file", "64 bytes"))
    import pyreadstat  # takes long to import: only for who writes

    pyreadstat.write_sav(
        pl.DataFrame(series), str(path), file_label=heading, note=_note(table), compress=compress,
        row_compress=not compress, **vars(dictionary),
    )  # fmt: skip
    in_file = dict(zip(table.codebook.names, names, strict=True))
    patch(path, in_file, table.codebook, language, attributes)
    return losses


def _in_file(values: pl.Series, variable: Variable) -> pl.Series:
    """Cells in one of the two types of the format, which knows no infinite numbers."""
    if variable.type is ValueType.TEXT:
        return values.cast(pl.String)
    numbers = values.cast(pl.Float64)
    if not numbers.is_infinite().any():
        return numbers
    return pl.select(pl.when(numbers.is_finite()).then(numbers)).to_series()


def write_zsav(table: ExportTable, path: Path, language: str) -> list[Loss]:
    """The same, compressed."""
    return write_sav(table, path, language, compress=True)


def _has_codes(variable: Variable) -> bool:
    return variable.type in (ValueType.INTEGER, ValueType.DECIMAL, ValueType.TIME)


def _declare(variable: Variable, column: Cells, invented: tuple[str, ...]) -> Declared:
    if _has_codes(variable) or variable.type is ValueType.TEXT:
        return declare(variable, column, invented)
    if not column.left.drop_nulls().len():
        return declare(variable, column, ())
    declared = declare(variable, replace(column, left=column.left.clear(column.left.len())), ())
    return replace(declared, losses=(*declared.losses, dropped(variable, column.left)))


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
    width = max([int(values.str.len_bytes().max() or 1), *plain])  # type: ignore[arg-type]
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
    if values.dtype == pl.Float64 and bool((values == _NOTHING).any()):
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
