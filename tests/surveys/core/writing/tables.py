"""Small tables to write, with dull defaults."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import polars as pl

from surveys.core.codebook import Code, Codebook, Level, MissingRule, ResponseSet, Role, ValueType, Variable
from surveys.core.reading import ReadResult
from surveys.core.table import PHYSICAL, physical, read_columns, split, tags_of
from surveys.core.writing import About, ExportTable

Column = tuple[Variable, Sequence[Any], Sequence[str | None]]  # codebook, values, reasons

REFUSED, DONT_KNOW = MissingRule("refused", value=-1), MissingRule("dont_know", value=-2)
REASONS = {"-1": "refused", "-2": "dont_know"}


def variable(name: str = "x", kind: ValueType = ValueType.INTEGER, **fields: Any) -> Variable:
    return Variable(name, kind, **fields)


def make_table(*columns: Column, **fields: Any) -> ExportTable:
    """A table as the services hand it to the writers: values with absences nulled, and reasons."""
    series = [
        (pl.Series(cells, dtype=PHYSICAL[v.type]), pl.Series(reasons, dtype=pl.String))
        for v, cells, reasons in columns
    ]
    codebook = Codebook(tuple(v for v, _, _ in columns), **fields.pop("codebook", {}))
    counted: list[dict[str, Any]] = [{} for _ in columns]
    told = About(
        "mdms/2014@1", {"en": "A title"}, date(2020, 1, 2), "a" * 64, codebook.fingerprint(), counted
    )
    about = {
        "title": "A title",
        "citation": "Team (2014). mdms/2014@1",
        "is_synthetic": False,
        "about": told,
    } | fields
    return ExportTable(codebook, len(series[0][0]) if series else 0, lambda i: series[i], **about)


def raw_table(v: Variable, cells: Sequence[Any], reasons: Sequence[str | None], **fields: Any) -> ExportTable:
    """A table of an imported file with one variable: declared missing codes stand in the cells."""
    raw = pl.Series(cells, dtype=PHYSICAL[v.type])
    why = pl.Series(reasons, dtype=pl.String)
    values = pl.select(pl.when(why.is_null()).then(raw)).to_series()
    about = {"title": "A title", "citation": "", "is_synthetic": False} | fields
    return ExportTable(Codebook((v,)), len(raw), lambda _: (values, why), raw=lambda _: (raw, None), **about)


def table_read(found: ReadResult) -> ExportTable:
    """What was read from a file, as the services hand it to the writers."""

    def raw(position: int) -> tuple[pl.Series, pl.Series | None]:
        frame = read_columns(found.parquet, [position])
        tags = frame[tags_of(position)] if tags_of(position) in frame.columns else None
        return frame[physical(position)], tags

    def column(position: int) -> tuple[pl.Series, pl.Series]:
        return split(*raw(position), found.codebook.variables[position])

    return ExportTable(found.codebook, found.rows, column, "A title", "", False, raw)


def mixed_table() -> ExportTable:
    """Every type, three kinds of absence, Chinese names and labels, response sets, a weight."""
    none: list[str | None] = [None] * 4
    sex = variable(
        "sex",
        labels={"en": "Sex", "zh": "性别"},
        codes=(Code(1, {"en": "male", "zh": "男"}), Code(2, {"en": "female", "zh": "女"})),
        missing=(REFUSED, DONT_KNOW),
        level=Level.NOMINAL,
    )
    city = variable("城市", ValueType.TEXT, labels={"en": "City"}, codes=(Code("北京", {"en": "Beijing"}),))
    sets = (
        ResponseSet("$multi", "D", ("a_long_enough_name", "b"), {"en": "Several"}, 1),
        ResponseSet("$cats", "C", ("a_long_enough_name", "b"), {"en": "Kinds"}),
        ResponseSet("$ext", "E", ("a_long_enough_name", "b"), {"en": "More"}, 1),
    )
    return make_table(
        (sex, [1, 2, None, None], [None, None, "refused", "dont_know"]),
        (
            variable("ln_income", ValueType.DECIMAL),
            [1.5, None, None, 0.1],
            [None, "not_applicable", "system", None],
        ),
        (city, ["北京", "x" * 3000, None, "é"], [None, None, "system", None]),
        (
            variable("born", ValueType.DATE),
            [date(1990, 1, 2), None, date(1900, 3, 1), date(2024, 2, 29)],
            [None, "system", None, None],
        ),
        (
            variable("at", ValueType.DATETIME),
            [datetime(1990, 1, 2, 3, 4, 5), None, None, None],  # noqa: DTZ001
            [None, "system", "system", "system"],
        ),
        (variable("took", ValueType.TIME), [90_061.5, 0.0, None, None], [None, None, "system", "system"]),
        (variable("w", ValueType.DECIMAL, role=Role.WEIGHT), [1.0, 2.0, 0.5, 1.25], none),
        (variable("a_long_enough_name"), [1, 0, 1, 0], none),
        (variable("b"), [0, 0, 1, 2**40], none),
        codebook={"sets": sets, "weight": "w"},
        is_synthetic=True,
    )


def whats(losses: Sequence[Any]) -> set[str]:
    """The codes of the losses."""
    return {loss.what for loss in losses}


def whole_table(
    variables: Sequence[Variable], cells: Sequence[tuple[pl.Series, pl.Series | None]], **codebook: Any
) -> ExportTable:
    """A table of an imported file: raw cells, and the tags beside them."""

    def column(position: int) -> tuple[pl.Series, pl.Series]:
        return split(*cells[position], variables[position])

    book = Codebook(tuple(variables), **codebook)
    rows = len(cells[0][0]) if cells else 0
    return ExportTable(book, rows, column, "A title", "", False, lambda position: cells[position])
