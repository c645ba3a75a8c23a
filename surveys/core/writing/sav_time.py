"""Calendar values as SPSS counts them: seconds since 14 October 1582, missing codes and ranges included."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from surveys.core.codebook import MissingRule, ValueType, Variable
from surveys.core.table import missing_value
from surveys.core.writing.cells import Cells

_EPOCH = 141_428 * 86_400.0  # seconds from 14 October 1582 to 1 January 1970


def in_seconds(variable: Variable, cells: Cells) -> tuple[Variable, Cells]:
    """The column and its missing rules in SPSS's seconds; anything but dates and timestamps as it is."""
    if variable.type not in (ValueType.DATE, ValueType.DATETIME):
        return variable, cells
    rules = tuple(_rule(rule, variable.type) for rule in variable.missing)
    return replace(variable, missing=rules), replace(cells, values=_seconds(cells.values, variable.type))


def is_rounded(variable: Variable, cells: Cells) -> bool:
    """Whether a timestamp comes back different: a double holds seconds since 1582 to about 4 microseconds."""
    if variable.type is not ValueType.DATETIME:
        return False
    micro = cells.values.dt.timestamp("us")
    seconds = _seconds(cells.values, variable.type)
    fraction = ((seconds - seconds.floor()) * 1e6).round().cast(pl.Int64)
    back = (seconds.floor() - _EPOCH).cast(pl.Int64) * 1_000_000 + fraction
    return bool((micro != back).any())


def _seconds(values: pl.Series, kind: ValueType) -> pl.Series:
    if kind is ValueType.DATE:
        return values.cast(pl.Int32).cast(pl.Float64) * 86_400 + _EPOCH
    micro = values.dt.timestamp("us")
    whole = (micro // 1_000_000).cast(pl.Float64) + _EPOCH  # exact; only the fraction is rounded, and once
    return whole + (micro % 1_000_000).cast(pl.Float64) / 1e6


def _rule(rule: MissingRule, kind: ValueType) -> MissingRule:
    if rule.value is not None:
        cell = pl.Series([missing_value(rule.value, kind)])
        return replace(rule, value=float(_seconds(cell, kind)[0]))
    low = None if rule.low is None else rule.low + _EPOCH  # a codebook keeps these as seconds since 1970
    high = None if rule.high is None else rule.high + _EPOCH
    return replace(rule, low=low, high=high)
