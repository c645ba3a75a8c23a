"""Stata files: absences as .a to .z with labels, codes as whole numbers, text as str or strL."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from surveys.core.codebook import ValueType, Variable, text_in
from surveys.core.reasons_in_files import NAME, in_words
from surveys.core.said import say
from surveys.core.writing import labels as fit
from surveys.core.writing.attributes import MOST_BYTES, stata_characteristics
from surveys.core.writing.cells import Cells, cells
from surveys.core.writing.dta_file import LONGEST_STR, DtaColumn, write_file
from surveys.core.writing.dta_letters import lettered
from surveys.core.writing.narrow import WideTexts
from surveys.core.writing.set_syntax import set_syntax
from surveys.core.writing.spss_missing import dropped
from surveys.core.writing.table import FIXED_TIME, ExportTable, Loss

_TEXT_FORMAT = re.compile(r"%[-~]?[1-9]\d{0,3}s")
_LABEL_BYTES = 32_000  # what the label table of one variable may hold and still be read everywhere
# storage type, smallest and largest value, and the code of "."; ".a" is one more, ".b" two
_WHOLE = (
    ("<i1", -127, 100, 101),
    ("<i2", -32_767, 32_740, 32_741),
    ("<i4", -2_147_483_647, 2_147_483_620, 2_147_483_621),
)
_LONG_DOT = 2_147_483_621
_DOUBLE_DOT = 0x7FE0_0000_0000_0000
_DOUBLE_STEP = 1 << 40
_EXACT_INTEGER = 2**53
_LARGEST_DOUBLE = 8.9884656743e307
_EPOCH_DAYS = 3_653  # days from 1 January 1960, where Stata starts to count, to 1 January 1970


def write_dta(table: ExportTable, path: Path, language: str) -> list[Loss]:
    """Writes a ``.dta`` of release 118 (Stata 14 and later) and returns what it could not carry."""
    names, losses = fit.stata_names(table.codebook.names)
    losses += fit.untold(table.codebook, language)
    title = table.heading_in(language)
    heading = fit.fit_characters(title, 80)
    if heading != title:
        losses.append(fit.shortened("", "title of the file", "80 characters"))
    columns = []
    for position, name in enumerate(names):
        column, lost = _column(table, position, name, language)
        columns.append(column)
        losses += lost
    if table.codebook.sets:
        why = say(
            "{n} multiple-response sets stand as SPSS syntax in the notes: Stata has none. The format sps "
            "gives the same as a file.",
            n=len(table.codebook.sets),
        )
        losses.append(Loss("", "response_sets_not_carried", why))
    if any(variable.level.value != "unknown" for variable in table.codebook.variables):
        losses.append(Loss("", "level_not_carried", "Stata keeps no measurement levels."))
    if table.codebook.weight:
        losses.append(
            Loss(table.codebook.weight, "weight_not_carried", "Stata files name no weight variable.")
        )
    with path.open("wb") as file:
        stamp = FIXED_TIME.strftime("%d %b %Y %H:%M")
        in_file = dict(zip(table.codebook.names, names, strict=True))
        notes = table.remarks + set_syntax(table.codebook, in_file, language)
        write_file(file, columns, table.rows, heading, stamp, notes)
    return losses


def _column(table: ExportTable, position: int, name: str, language: str) -> tuple[DtaColumn, list[Loss]]:
    variable = table.codebook.variables[position]
    column = cells(table, position)
    label = text_in(variable.labels, language)
    losses = [fit.shortened(variable.name, "label", "80 characters")] if len(label) > 80 else []
    told, lost = stata_characteristics(variable, language)
    losses += lost
    notes = tuple(filter(None, (told.get("question", ""), fit.fit_bytes(variable.note, MOST_BYTES))))
    plain = DtaColumn(name, np.empty(0), "", fit.fit_characters(label, 80), {}, notes, told)
    if variable.type is ValueType.TEXT:
        return _text(plain, variable, column, losses)
    return _number(plain, variable, column, language, losses)


def _text(
    plain: DtaColumn, variable: Variable, column: Cells, losses: list[Loss]
) -> tuple[DtaColumn, list[Loss]]:
    if variable.codes:
        losses.append(Loss(variable.name, "value_labels_dropped", "Stata has no value labels for text."))
    if variable.missing:
        why = "Stata has no missing codes for text; they stand as plain text."
        plain_text = {str(rule.value): str(rule.value) for rule in variable.missing if rule.value is not None}
        losses.append(Loss(variable.name, "missing_codes_undeclared", why, plain_text))
    if column.left_words:
        losses.append(dropped(variable, column))
    if bool((column.values == "").any()) and bool(column.values.is_null().any()):
        why = "Empty text and no text at all look the same in the file."
        losses.append(Loss(variable.name, "empty_text_not_told", why))
    texts = WideTexts(column.values.fill_null(""))
    form = "%9s" if texts.width > LONGEST_STR else f"%-{min(max(texts.width, 9), 40)}s"
    if _TEXT_FORMAT.fullmatch(variable.format):
        form = variable.format
    return replace(plain, cells=texts, format=form), losses


def _number(
    plain: DtaColumn, variable: Variable, column: Cells, language: str, losses: list[Loss]
) -> tuple[DtaColumn, list[Loss]]:
    told = lettered(variable, column, language)
    losses += told.losses
    if any(rule.low is not None or rule.high is not None for rule in variable.missing):
        why = "Stata has no ranges of missing codes; cells within them stand as letters."
        losses.append(Loss(variable.name, "missing_range_not_carried", why))
    numbers, form, lost = _stata_numbers(told.numbers, variable)
    losses += lost
    texts, lost = _value_labels(variable, language, told.labels)
    losses += lost
    stored = _stored(numbers, told.absent, told.letter)
    reasons = in_words(variable, ((loss.what, loss.became) for loss in told.losses))
    beside = {**plain.characteristics, **({NAME: reasons} if reasons else {})}
    return replace(plain, cells=stored, format=form, value_labels=texts, characteristics=beside), losses


def _stata_numbers(values: pl.Series, variable: Variable) -> tuple[pl.Series, str, list[Loss]]:
    """Values in Stata's units and the display format: days and milliseconds since 1 January 1960."""
    if variable.type is ValueType.DATE:
        return values.cast(pl.Int32).cast(pl.Int64) + _EPOCH_DAYS, "%td", []
    if variable.type is ValueType.DATETIME:
        micro = values.dt.timestamp("us")
        losses = []
        if bool((micro % 1000 != 0).any()):
            losses.append(Loss(variable.name, "time_rounded", "Stata counts time in milliseconds."))
        return (micro // 1000 + _EPOCH_DAYS * 86_400_000).cast(pl.Float64), "%tc", losses
    if variable.type is ValueType.TIME:
        return (
            values,
            "%12.0g",
            [Loss(variable.name, "time_as_seconds", "Durations are plain numbers of seconds.")],
        )
    form = variable.format if variable.format.startswith("%") and variable.format[-1:] in "gfe" else "%12.0g"
    too_large = values.cast(pl.Float64).abs() >= _LARGEST_DOUBLE
    if bool(too_large.any()):
        why = "Numbers beyond 8.9e307 are Stata's missing values and are left empty."
        return (
            pl.select(pl.when(~too_large).then(values)).to_series(),
            form,
            [Loss(variable.name, "number_dropped", why)],
        )
    losses = []
    if values.dtype.is_integer() and bool((values.abs() > _EXACT_INTEGER).any()):
        why = "Whole numbers beyond 9,007,199,254,740,992 are rounded: the format holds doubles."
        losses.append(Loss(variable.name, "number_rounded", why))
    return values, form, losses


def _stored(
    numbers: pl.Series, absent: npt.NDArray[np.bool_], letter: npt.NDArray[np.uint8]
) -> npt.NDArray[np.generic]:
    """The narrowest storage type that holds every number, with missings as that type's codes."""
    empty = numbers.is_null().to_numpy() | absent
    if numbers.dtype.is_integer():
        filled = numbers.fill_null(0).to_numpy()
        low, high = int(filled.min(initial=0)), int(filled.max(initial=0))
        for kind, least, most, dot in _WHOLE:
            if least <= low and high <= most:
                cells = filled.astype(kind)
                cells[empty] = (dot + letter[empty].astype(np.int64)).astype(kind)
                return cells
    bits = numbers.cast(pl.Float64).fill_null(0.0).to_numpy().astype("<f8", copy=True).view("<u8")
    bits[empty] = np.uint64(_DOUBLE_DOT) + letter[empty].astype(np.uint64) * np.uint64(_DOUBLE_STEP)
    return bits.view("<f8")


def _value_labels(
    variable: Variable, language: str, letters: dict[int, str]
) -> tuple[dict[int, str], list[Loss]]:
    losses: list[Loss] = []
    declared = {rule.value for rule in variable.missing if rule.value is not None}
    texts: dict[int, str] = {}
    for value, text in fit.value_labels(variable, language, missing=False).items():
        whole = isinstance(value, int | float) and math.isfinite(value) and float(value).is_integer()
        if value in declared:
            continue
        if whole and abs(int(value)) < _LONG_DOT:
            texts[int(value)] = text
        elif not any(loss.what == "value_labels_dropped" for loss in losses):
            why = "Labels of values that are not whole numbers within Stata's range are left out."
            losses.append(Loss(variable.name, "value_labels_dropped", why))
    texts |= {_LONG_DOT + number: text for number, text in letters.items() if text}
    if sum(len(text.encode()) + 1 for text in texts.values()) > _LABEL_BYTES:
        most = max(_LABEL_BYTES // len(texts) - 1, 8)
        texts = {value: fit.fit_bytes(text, most) for value, text in texts.items()}
        losses.append(
            fit.shortened(
                variable.name, "label of a value", say("{n} bytes (the table holds 32,000)", n=most)
            )
        )
    return texts, losses
