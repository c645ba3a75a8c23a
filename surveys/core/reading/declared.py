"""Types that a codebook sheet declares for the columns of flat files; what does not fit is kept and told."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from surveys.core.codebook import ValueType
from surveys.core.findings import Finding, Severity
from surveys.core.reading.guess import (
    COMMA,
    THOUSANDS,
    are_all_dates,
    are_decimal,
    guessed,
    iso_dates,
    keeps_digits,
    matches,
    with_comma,
    with_point,
)
from surveys.core.reading.infinite import WORD
from surveys.core.said import say

TAGS = "abcdefghijklmnopqrstuvwxyz"
_SIGNED = r"^[+-]?[0-9]{1,18}$"
_DOTTED = r"^-?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]{1,15})?$"
_TRUTH = r"^(?i)(true|false)$"
_CLOCK = r"^[0-9]{1,4}:[0-5]?[0-9](:[0-5]?[0-9](\.[0-9]{1,6})?)?$"
_ORDERS = {"dmy": "%d-%m-%Y", "mdy": "%m-%d-%Y", "ymd": "%Y-%m-%d"}
_TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S%.f")

TYPES = (
    "text", "integer", "decimal", "decimal_comma", "time", "date", "date_dmy", "date_mdy", "date_ymd",
    "datetime", "datetime_dmy", "datetime_mdy", "datetime_ymd",
)  # fmt: skip


Parsed = tuple[pl.Series, ValueType, list[Finding]]


@dataclass(frozen=True)
class Declared:
    """A type's word, and the words in cells that are no values of it but declared missing."""

    word: str
    missing: tuple[str, ...] = ()


@dataclass
class Converted:
    """``tags`` name, per cell, which declared word stood there (a for the first); None if none did."""

    values: pl.Series
    type: ValueType
    findings: list[Finding]
    tags: pl.Series | None = None
    words: tuple[tuple[str, str], ...] = ()  # (tag, word)


def converted(cells: pl.Series, type_: ValueType, name: str, wanted: Declared) -> Converted:
    """The column in the declared type; as it would be without a declaration where a cell does not fit."""
    if wanted.word == "text":
        return Converted(_as_text(cells), ValueType.TEXT, [])
    if cells.dtype != pl.String:
        return _retyped(cells, type_, name, wanted.word)
    text = pl.select(pl.when(cells.str.strip_chars() != "").then(cells).alias("c"))["c"]
    tags, words = _tags(text, wanted.missing)
    rest = text if tags is None else pl.select(pl.when(tags.is_null()).then(text).alias("c"))["c"]
    found = _parsed(rest.str.strip_chars(), wanted.word, name)
    if found is not None:
        return Converted(found[0], found[1], found[2], tags, words)
    values, kind, findings = guessed(text, name)
    return Converted(values, kind, [*findings, _misfit(name, wanted.word, kind)])


def _parsed(text: pl.Series, word: str, name: str) -> Parsed | None:
    """As :func:`_parse`, with infinite numbers where the type can hold any."""
    is_infinite = text.str.contains(WORD)
    if _kind(word) not in (ValueType.DECIMAL, ValueType.TIME) or not is_infinite.any():
        return _parse(text, word, name)
    found = _parse(pl.select(pl.when(~is_infinite).then(text).alias("c"))["c"], word, name)
    if found is None:
        return None
    ends = pl.when(text.str.starts_with("-")).then(-math.inf).otherwise(math.inf)
    values = pl.select(pl.when(is_infinite).then(ends).otherwise(found[0].cast(pl.Float64)).alias("c"))["c"]
    return values, found[1], found[2]


def _misfit(name: str, word: str, kind: ValueType) -> Finding:
    told = say(
        "The codebook sheet calls it {word}, but not all its cells are; it was read as {value}.",
        word=word,
        value=kind.value,
    )
    return Finding(Severity.WARNING, "type_not_kept", told, name)


def _tags(text: pl.Series, missing: tuple[str, ...]) -> tuple[pl.Series | None, tuple[tuple[str, str], ...]]:
    """Which cells hold a declared word for missing."""
    words = tuple(zip(TAGS, missing, strict=False))
    if not words:
        return None, ()
    letters = {word: tag for tag, word in words}
    tags = text.str.strip_chars().replace_strict(letters, default=None, return_dtype=pl.String).alias("t")
    return (tags if tags.null_count() < tags.len() else None), words


def _as_text(cells: pl.Series) -> pl.Series:
    if cells.dtype == pl.String:
        return pl.select(pl.when(cells != "").then(cells).alias("c"))["c"]
    if cells.dtype == pl.Datetime:
        return cells.dt.to_string("%Y-%m-%d %H:%M:%S")
    return cells.cast(pl.String)


def _retyped(cells: pl.Series, type_: ValueType, name: str, word: str) -> Converted:
    """Cells that a workbook gives in a type of their own."""
    kind = _kind(word)
    if kind is type_ or not cells.drop_nulls().len():
        return Converted(cells, type_, [])
    is_exact = type_ is not ValueType.INTEGER or keeps_digits(cells.drop_nulls().cast(pl.String))
    if kind is ValueType.DECIMAL and type_ is ValueType.INTEGER and is_exact:
        return Converted(cells.cast(pl.Float64), kind, [])
    if kind is ValueType.TIME and type_.is_number and is_exact:
        return Converted(cells.cast(pl.Float64), kind, [])
    if kind is ValueType.DATETIME and type_ is ValueType.DATE:
        return Converted(cells.cast(pl.Datetime("us")), kind, [])
    return Converted(cells, type_, [_misfit(name, word, type_)])


def _kind(word: str) -> ValueType:
    return ValueType(word.split("_")[0])


def _parse(text: pl.Series, word: str, name: str) -> Parsed | None:
    cells, kind = text.drop_nulls(), _kind(word)
    if not cells.len():
        return text.cast(_EMPTY[kind]), kind, []
    if kind in (ValueType.DATE, ValueType.DATETIME):
        return _dated(text, cells, kind, word.partition("_")[2], name)
    parse: Callable[[pl.Series, pl.Series, str], Parsed | None] = {
        "integer": _integer, "decimal": _decimal, "decimal_comma": _comma, "time": _time,
    }[word]  # fmt: skip
    return parse(text, cells, name)


_EMPTY: dict[ValueType, pl.DataType] = {
    ValueType.INTEGER: pl.Int64(),
    ValueType.DECIMAL: pl.Float64(),
    ValueType.TIME: pl.Float64(),
    ValueType.DATE: pl.Date(),
    ValueType.DATETIME: pl.Datetime("us"),
}


def _integer(text: pl.Series, cells: pl.Series, name: str) -> Parsed | None:
    if matches(cells, _SIGNED):
        return text.str.strip_prefix("+").cast(pl.Int64), ValueType.INTEGER, []
    if matches(cells, _TRUTH):
        told = Finding(Severity.INFO, "true_or_false", "TRUE and FALSE were read as 1 and 0.", name)
        return (text.str.to_uppercase() == "TRUE").cast(pl.Int64), ValueType.INTEGER, [told]
    if matches(cells, THOUSANDS) and not cells.str.contains(".", literal=True).any():
        whole = _without_commas(text).cast(pl.Int64, strict=False)
        if whole.null_count() == text.null_count():  # no number beyond 64 bits
            return whole, ValueType.INTEGER, _grouped(cells, name)
    return None


def _decimal(text: pl.Series, cells: pl.Series, name: str) -> Parsed | None:
    plain = text.str.strip_prefix("+")
    if not keeps_digits(_without_commas(cells)):
        return None
    if are_decimal(plain.drop_nulls()) or matches(cells, _SIGNED):
        return plain.cast(pl.Float64), ValueType.DECIMAL, []
    if matches(cells, THOUSANDS):
        return _without_commas(text).cast(pl.Float64), ValueType.DECIMAL, _grouped(cells, name)
    return _comma(text, cells, name)


def _comma(text: pl.Series, cells: pl.Series, name: str) -> Parsed | None:
    told = Finding(
        Severity.INFO, "decimal_comma", "Numbers with a decimal comma were read as decimals.", name
    )
    plain = pl.select(
        pl.when(text.str.contains(_DOTTED)).then(text.str.replace_all(".", "", literal=True)).otherwise(text)
    ).to_series()
    if not matches(plain.drop_nulls(), COMMA) or not are_decimal(with_point(plain.drop_nulls())):
        return None
    return with_comma(plain), ValueType.DECIMAL, [told]


def _without_commas(text: pl.Series) -> pl.Series:
    return text.str.replace_all(",", "", literal=True)


def _grouped(cells: pl.Series, name: str) -> list[Finding]:
    told = "Commas between thousands were taken out of its numbers."
    is_so = cells.str.contains(",", literal=True).any()
    return [Finding(Severity.INFO, "thousands", told, name)] if is_so else []


def _time(text: pl.Series, cells: pl.Series, name: str) -> Parsed | None:
    """Hours, minutes and seconds, or seconds alone, as seconds."""
    if are_decimal(cells):
        return text.cast(pl.Float64), ValueType.TIME, []
    if not matches(cells, _CLOCK):
        return None
    parts = text.str.split(":")
    hours, minutes, seconds = (parts.list.get(i, null_on_oob=True).cast(pl.Float64) for i in range(3))
    return hours * 3_600 + minutes * 60 + seconds.fill_null(0), ValueType.TIME, []


def _dated(text: pl.Series, cells: pl.Series, kind: ValueType, order: str, name: str) -> Parsed | None:
    """ISO form whatever the order, which export programs write; else the order, which may show by itself."""
    found = iso_dates(text, cells)
    if found is None:
        orders = [order] if order else list(_ORDERS)
        fitting = [stamps for one in orders if (stamps := _in_order(text, one)) is not None]
        if len(fitting) != 1:
            return None
        found = fitting[0], ValueType.DATETIME
    stamps, has = found
    if kind is has:
        return stamps, kind, []
    if kind is ValueType.DATETIME:
        return stamps.cast(pl.Datetime("us")), kind, []
    days = stamps.cast(pl.Date)
    return (days, kind, []) if (days.cast(pl.Datetime("us")) == stamps).drop_nulls().all() else None


def _in_order(text: pl.Series, order: str) -> pl.Series | None:
    """Timestamps where every cell is a date in this order of day, month and year."""
    plain = text.str.replace_all(r"[./]", "-").str.replace("T", " ", literal=True)
    if order != "ymd" and not matches(plain.drop_nulls(), r"^[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}( |$)"):
        return None
    tries = [plain.str.to_datetime(_ORDERS[order] + time, time_unit="us", strict=False) for time in _TIMES]
    stamps = pl.select(pl.coalesce([pl.lit(one) for one in tries]).alias("c"))["c"]
    return stamps if are_all_dates(stamps, text) else None
