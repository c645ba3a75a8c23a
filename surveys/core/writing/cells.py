"""Absences back into cells: the codes that a survey's own file had, put back where they stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from surveys.core.absence import LABELS, SYSTEM
from surveys.core.codebook import Labels, Scalar, ValueType, Variable
from surveys.core.table import PHYSICAL, missing_value, no_text
from surveys.core.writing.table import ExportTable


@dataclass(frozen=True)
class Cells:
    """One column ready for writing.

    ``values`` holds valid cells and, in place, every absence that has a code of its own; ``left`` names
    the reason (String, else null) of absences that have none and are empty in ``values``; ``absent``
    (Boolean) marks all absences, ``reasons`` names them.
    """

    values: pl.Series
    left: pl.Series
    reasons: pl.Series

    @property
    def absent(self) -> pl.Series:
        return self.reasons.is_not_null()

    @property
    def left_words(self) -> frozenset[str]:
        """The reasons in ``left``."""
        return frozenset(self.left.drop_nulls().unique())


def own_codes(variable: Variable) -> dict[str, Scalar]:
    """reason -> the variable's own missing code; the first one where several codes share a reason."""
    codes: dict[str, Scalar] = {}
    for rule in variable.missing:
        if rule.value is not None:
            codes.setdefault(rule.reason, rule.value)
    return codes


def shared_reasons(variable: Variable) -> tuple[str, ...]:
    """Reasons that stand for more than one code, so that a cell's own code cannot be told from them."""
    words = [rule.reason for rule in variable.missing if rule.tag is None]
    return tuple(sorted({word for word in words if words.count(word) > 1}))


def reason_labels(variable: Variable, reason: str) -> Labels:
    """What the codebook, else the platform's vocabulary, calls an absence; nothing for a bare code."""
    for rule in variable.missing:
        if reason in (rule.reason, f"tag:{rule.tag}") and rule.labels:
            return rule.labels
    if reason.startswith("code:"):  # a bare code says no more than the cell itself
        return {}
    words = f".{reason.removeprefix('tag:')}" if reason.startswith("tag:") else reason.replace("_", " ")
    return LABELS.get(reason, {"en": words})


def left_labels(variable: Variable, reason: str) -> Labels:
    """What an absence is called where no cell holds its code any more."""
    bare = {"en": f"code {reason.removeprefix('code:')}", "zh": f"代码 {reason.removeprefix('code:')}"}
    return reason_labels(variable, reason) or bare


def cells(table: ExportTable, position: int) -> Cells:
    """The column at ``position`` with its own missing codes in place."""
    variable = table.codebook.variables[position]
    values, reasons = table.column(position)
    if table.raw is None:
        filled = _put_back(values, reasons, variable)
    else:
        filled, tags = table.raw(position)
        if tags is None:  # every reason but an empty cell's has its code
            return Cells(filled.rename(variable.name), no_text(values.len()), reasons)
        reasons = _apart(reasons, tags, variable)
    gone = filled.is_null() & reasons.is_not_null() & (reasons != SYSTEM)
    left = pl.select(pl.when(gone).then(reasons).otherwise(pl.lit(None, pl.String))).to_series()
    return Cells(filled.rename(variable.name), left, reasons)


def _apart(reasons: pl.Series, tags: pl.Series | None, variable: Variable) -> pl.Series:
    """Reasons, but the tag itself where several tags share a reason."""
    words = [rule.reason for rule in variable.missing if rule.tag is not None]
    shared = [rule.tag for rule in variable.missing if rule.tag and words.count(rule.reason) > 1]
    if tags is None or not shared:
        return reasons
    own = pl.concat_str(pl.lit("tag:"), tags)
    return pl.select(pl.when(tags.is_in(shared)).then(own).otherwise(reasons)).to_series()


def _put_back(values: pl.Series, reasons: pl.Series, variable: Variable) -> pl.Series:
    known = own_codes(variable)
    words = [word for word in reasons.unique().to_list() if word is not None]
    codes = {word: code for word in words if (code := _code_of(word, known, variable.type)) is not None}
    return fill(values, reasons, codes, PHYSICAL[variable.type])


def fill(values: pl.Series, reasons: pl.Series, codes: Mapping[str, Any], dtype: pl.DataType) -> pl.Series:
    """``values`` with ``codes[reason]`` wherever a reason has a code."""
    if not codes:
        return values
    coded = reasons.replace_strict(codes, default=None, return_dtype=dtype)
    return pl.select(pl.coalesce(values.cast(dtype), coded)).to_series()


def _code_of(reason: str, known: Mapping[str, Scalar], kind: ValueType) -> Any:
    """The cell that stands for ``reason``, or None where the variable has no code for it."""
    if (code := known.get(reason)) is None:
        return None
    try:
        return as_cell(code, kind)
    except ValueError:
        return None


def as_cell(code: Scalar, kind: ValueType) -> Any:
    """A missing code as a cell of a column of this type; ValueError where it cannot stand in one."""
    if kind is ValueType.TEXT:
        return str(code)
    if kind in (ValueType.DATE, ValueType.DATETIME):
        return missing_value(code, kind)
    number = float(code)
    if kind is not ValueType.INTEGER:
        return number
    if not number.is_integer():
        raise ValueError("a fractional code cannot stand among whole numbers")
    return int(number)
