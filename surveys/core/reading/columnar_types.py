"""Types of a Parquet file in the types that are stored; whatever changes on the way is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from surveys.core.findings import Finding, Severity
from surveys.core.problems import Problem, Refused
from surveys.core.said import say

_LEAST, _MOST = -(2**63), 2**63 - 1
_EXACT = 2**53
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896  # the years 1 to 9999, in days since 1970
_PER_SECOND = {"ns": 1_000_000_000, "us": 1_000_000, "ms": 1_000}
_WIDE = (pl.UInt64(), pl.Int128(), pl.UInt128())


@dataclass
class Plain:
    """How one column is stored, and how many of its cells changed on the way so far."""

    name: str
    dtype: pl.DataType
    as_text: bool = False  # numbers or dates beyond what can be stored as such
    rounded: int = 0
    blank: int = 0
    not_numbers: int = 0

    @property
    def is_time(self) -> bool:
        """Whether the cells become seconds of a duration."""
        return self.dtype == pl.Time or self.dtype.base_type() == pl.Duration

    def cells(self, cells: pl.Series) -> pl.Series:
        """A chunk of the column in the type that is stored; empty text and NaN are empty cells."""
        dtype = self.dtype
        if self.as_text:
            return cells.dt.to_string("iso") if dtype.is_temporal() else cells.cast(pl.String)
        if dtype == pl.Boolean or dtype.is_integer():
            return cells.cast(pl.Int64)
        if self.is_time:
            return self._seconds(cells)
        if dtype.base_type() == pl.Datetime:
            return self._moments(cells)
        if dtype == pl.Date:
            return cells
        if dtype.is_numeric():
            numbers = cells.cast(pl.Float64)
            self.not_numbers += int(numbers.is_nan().sum() or 0)
            return numbers.fill_nan(None)
        text = cells.cast(pl.String)
        self.blank += int((text == "").sum() or 0)
        return pl.select(pl.when(text != "").then(text).alias("c"))["c"]

    def _seconds(self, cells: pl.Series) -> pl.Series:
        units = cells.cast(pl.Int64)
        self.rounded += int((units.abs() > _EXACT).sum() or 0)
        return units.cast(pl.Float64) / _PER_SECOND[getattr(self.dtype, "time_unit", None) or "ns"]

    def _moments(self, cells: pl.Series) -> pl.Series:
        if getattr(self.dtype, "time_zone", None):
            cells = cells.dt.replace_time_zone(None)
        if getattr(self.dtype, "time_unit", "us") == "ns":
            self.rounded += int((cells.to_physical() % 1_000 != 0).sum() or 0)
        return cells.cast(pl.Datetime("us"))

    def noticed(self) -> Iterator[Finding]:
        """What was seen in the cells, after the last of them."""
        if self.rounded and self.is_time:
            text = say("Durations were rounded to fit a double; cells concerned: {n:,}.", n=self.rounded)
            yield Finding(Severity.WARNING, "number_rounded", text, self.name)
        elif self.rounded:
            text = say("Fractions of a microsecond were cut; cells concerned: {n:,}.", n=self.rounded)
            yield Finding(Severity.WARNING, "time_rounded", text, self.name)
        if self.blank:
            text = say("Texts of no length became empty cells; cells concerned: {n:,}.", n=self.blank)
            yield Finding(Severity.INFO, "empty_text_not_told", text, self.name)
        if self.not_numbers:
            text = say("NaN (no number) became an empty cell; cells concerned: {n:,}.", n=self.not_numbers)
            yield Finding(Severity.INFO, "not_a_number", text, self.name)


def plain_columns(lazy: pl.LazyFrame) -> tuple[dict[str, Plain], list[Finding]]:
    """Every column by name, in file order, and what their types alone tell.

    Refuses lists, structures and bytes, all of them at once.
    """
    schema = lazy.collect_schema()
    text = "Only columns of single values can be read."
    problems = [
        Problem("nested_column", text, where=name, hint="Drop it.")
        for name, dtype in schema.items()
        if dtype.is_nested() or dtype in (pl.Binary, pl.Object)
    ]
    if problems:
        raise Refused(problems)
    beyond = _beyond(lazy, schema)
    plain = {name: Plain(name, dtype, name in beyond) for name, dtype in schema.items()}
    return plain, [finding for one in plain.values() for finding in _by_type(one)]


def _beyond(lazy: pl.LazyFrame, schema: pl.Schema) -> set[str]:
    """Columns with whole numbers beyond 64 bits, or days outside the years 1 to 9999."""
    bounds = {name: (_LEAST, _MOST) for name, dtype in schema.items() if dtype in _WIDE}
    dated = [name for name, dtype in schema.items() if dtype == pl.Date or dtype.base_type() == pl.Datetime]
    bounds |= dict.fromkeys(dated, (_FIRST_DAY, _LAST_DAY))
    if not bounds:
        return set()
    whole = {
        name: pl.col(name).cast(pl.Date).to_physical() if name in dated else pl.col(name) for name in bounds
    }
    ends = lazy.select(
        pl.struct(low=cells.min().cast(pl.Int128), high=cells.max().cast(pl.Int128)).alias(name)
        for name, cells in whole.items()
    ).collect()
    found = ends.row(0, named=True)
    return {
        name
        for name, (least, most) in bounds.items()
        if found[name]["low"] is not None and not least <= found[name]["low"] <= found[name]["high"] <= most
    }


def _by_type(one: Plain) -> Iterator[Finding]:
    def info(code: str, text: str) -> Finding:
        return Finding(Severity.INFO, code, text, one.name)

    dtype = one.dtype
    if one.as_text and dtype.is_temporal():
        text = "Dates outside the years 1 to 9999: the column is kept as text."
        yield Finding(Severity.WARNING, "dates_out_of_range", text, one.name)
    elif one.as_text:
        text = "Whole numbers beyond 9,223,372,036,854,775,807: the column is kept as text, digit by digit."
        yield Finding(Severity.WARNING, "large_number_as_text", text, one.name)
    elif dtype.is_decimal():
        text = "Exact decimals were read as floating-point numbers."
        yield info("decimal_as_float", text)
    elif dtype == pl.Boolean:
        text = "True and false were read as 1 and 0."
        yield info("boolean_as_number", text)
    elif dtype.base_type() in (pl.Categorical, pl.Enum):
        text = "Categories were read as text; the order that the file gives them is not kept."
        yield info("categories_as_text", text)
    elif dtype == pl.Time:
        text = "Times of day were read as seconds since midnight."
        yield info("time_as_seconds", text)
    elif zone := getattr(dtype, "time_zone", None):
        text = say("Times are kept as clocks show them in {zone}; the zone itself is not kept.", zone=zone)
        yield Finding(Severity.WARNING, "time_zone_dropped", text, one.name)
