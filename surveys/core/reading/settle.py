"""From a reader's chunks to typed columns: gathered, decoded, dated; every cell kept or spoken of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from surveys.core.codebook import MissingRule, ValueType
from surveys.core.findings import Finding, Severity
from surveys.core.names import spelled
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.reading import dates
from surveys.core.reading.columns import NumberColumn, ReadyColumn, TagColumn, TextColumn
from surveys.core.reading.declared import Declared, converted
from surveys.core.reading.encodings import Decision, decide, decoded
from surveys.core.reading.far_dates import without_far
from surveys.core.reading.guess import guessed
from surveys.core.reading.infinite import finite
from surveys.core.reading.options import ReadOptions
from surveys.core.reading.raw import RawFile, RawVariable, Reader
from surveys.core.reading.text_cells import as_utf8, decoded_texts, without_nul
from surveys.core.said import say, say_n

MOST_CELLS = 2_000_000_000
MOST_COLUMNS = 32_767
NOTHING_DECLARED: Mapping[str, Declared] = {}
PADDED = ("sav", "zsav", "por", "sas7bdat", "xpt")  # formats that fill texts up with blanks
MOST_TELLING = 20_000  # non-ASCII cells looked at when the character set is decided


_COUNT = say(
    "Ask whoever sent the file whether it is whole, or correct the number you declared; nothing was imported."
)


@dataclass
class TypedColumn:
    """A column ready to be stored: narrow integers are widened when they are written."""

    values: pl.Series
    type: ValueType
    tags: pl.Series | None = None
    rules: tuple[MissingRule, ...] = ()  # what tags are that stand where the file has something else


@dataclass
class Settled:
    """All columns of a file, and the decision on its character set."""

    rows: int
    columns: list[TypedColumn]
    decision: Decision
    findings: list[Finding] = field(default_factory=list)


def check_budget(file: RawFile, options: ReadOptions) -> None:
    """Refuses what is empty, too large, or not what the uploader declared, before any cell is read."""
    columns, rows = len(file.variables), file.rows
    if columns == 0:
        raise refuse("no_columns", "The file holds no variables.", hint="Check that it was exported whole.")
    if rows == 0:
        raise _no_rows()
    check_columns(columns)
    if (rows or 0) * columns > MOST_CELLS:
        raise refuse(
            "too_large",
            say(
                "The file holds {rows:,} rows by {columns:,} columns, more than can be imported.",
                rows=rows or 0,
                columns=columns,
            ),
            hint=say(
                "At most {most_cells:,} cells; split the file.",
                most_cells=MOST_CELLS,
            ),
        )


def check_columns(columns: int) -> None:
    """Refuses a table that is too wide; readers ask as soon as they know."""
    if columns > MOST_COLUMNS:
        raise refuse(
            "too_large",
            say("The file holds {columns:,} columns, more than can be imported.", columns=columns),
            hint=say("At most {most_columns:,} columns; split the file.", most_columns=MOST_COLUMNS),
        )


def _wrong_counts(options: ReadOptions, rows: int, columns: int) -> Iterator[Problem]:
    """Rows and columns that are not as many as were declared, both at once."""
    if options.declared_rows is not None and options.declared_rows != rows:
        text = say_n(
            options.declared_rows,
            "1 row was declared, {rows} are there.",
            "{declared_rows} rows were declared, {rows} are there.",
            declared_rows=options.declared_rows,
            rows=rows,
        )
        yield Problem("wrong_count", text, hint=_COUNT)
    if options.declared_columns is not None and options.declared_columns != columns:
        text = say_n(
            options.declared_columns,
            "1 column was declared, {columns} are there.",
            "{declared_columns} columns were declared, {columns} are there.",
            declared_columns=options.declared_columns,
            columns=columns,
        )
        yield Problem("wrong_count", text, hint=_COUNT)


def settle(
    reader: Reader, file: RawFile, options: ReadOptions, declared: Mapping[str, Declared] = NOTHING_DECLARED
) -> Settled:
    """Reads all cells.  Refuses a file whose character set is in doubt, or with other counts than declared.

    ``declared`` are the types that a codebook sheet gives the columns of a flat file.
    """
    holders, tags, rows = _gathered(reader, file)
    if rows == 0:
        raise _no_rows()
    if wrong := list(_wrong_counts(options, rows, len(file.variables))):
        raise Refused(wrong)
    raw: list[pl.Series | None] = [holder.series() for holder in holders]
    decision = _decision(file, raw, options)
    settled = Settled(rows, [], decision, [*file.findings, *decision.findings])
    names = [decoded(variable.name, decision.codec) for variable in file.variables]
    named = spelled(names)
    types = {named(name): wanted for name, wanted in declared.items()}
    is_padded = file.format in PADDED
    for position, (variable, name) in enumerate(zip(file.variables, names, strict=True)):
        series, raw[position] = raw[position], None
        tag = tags[position].series(rows) if position in tags else None
        if series is not None and (wanted := types.get(name)):
            column = _as_declared(series, variable, name, wanted, settled)
        else:
            column = _typed(series, variable, name, tag, settled, options, is_padded=is_padded)
        if column.type is ValueType.TEXT:
            column.values, told = without_nul(column.values, name, is_padded=is_padded)
            settled.findings += told
        settled.columns.append(_finite(column, variable, file, position, name, settled))
    return settled


def _finite(
    column: TypedColumn, variable: RawVariable, file: RawFile, position: int, name: str, settled: Settled
) -> TypedColumn:
    """The column without infinite numbers."""
    taken = {tag for tag, _ in variable.tags}
    if file.codebook is not None:
        taken |= {rule.tag for rule in file.codebook.variables[position].missing if rule.tag}
    found = finite(column.values, column.tags, taken, name)
    settled.findings += found.findings
    return TypedColumn(found.values, column.type, found.tags, (*column.rules, *found.rules))


def _no_rows() -> Refused:
    return refuse("no_rows", "The file holds no rows.", hint="Check that it was exported with its cases.")


Holder = NumberColumn | TextColumn | ReadyColumn


def _gathered(reader: Reader, file: RawFile) -> tuple[list[Holder], dict[int, TagColumn], int]:
    holders = [_holder(variable, file) for variable in file.variables]
    tags: dict[int, TagColumn] = {}
    rows = 0
    for chunk in reader.chunks():
        for holder, cells in zip(holders, chunk.columns, strict=True):
            holder.add(cells)  # type: ignore[arg-type]
        for position, letters in chunk.tags.items():
            tags.setdefault(position, TagColumn()).add(rows, letters)
        rows += chunk.rows
        if rows * len(holders) > MOST_CELLS:
            raise refuse("too_large", "The file holds more cells than can be imported.", hint="Split it.")
    return holders, tags, rows


def _holder(variable: RawVariable, file: RawFile) -> Holder:
    if file.format in ("csv", "parquet", "xlsx"):
        return ReadyColumn()
    return TextColumn() if variable.is_text else NumberColumn()


def _labels(file: RawFile) -> list[bytes]:
    """Every text of the dictionary, labels before names, so that samples show labels."""
    texts = [variable.label for variable in file.variables]
    for variable in file.variables:
        texts += [label for _, label in variable.codes] + [label for _, label in variable.tags]
    texts += [variable.name for variable in file.variables] + [file.label, *file.notes]
    for variable in file.variables:
        texts += [value for value, _ in variable.codes if isinstance(value, bytes)]
    for one in file.sets:
        texts += [one.name, one.label]
    return texts


def _decision(file: RawFile, raw: list[pl.Series | None], options: ReadOptions) -> Decision:
    if file.is_decoded:
        return Decision("utf-8", file.encoding)
    cells = _telling_cells(raw)
    return decide(_labels(file), cells, asked=options.encoding, declared=file.encoding)


def _telling_cells(raw: list[pl.Series | None]) -> list[bytes]:
    """Distinct cells that hold a byte outside ASCII, up to a limit."""
    telling: list[bytes] = []
    for series in raw:
        if series is None or series.dtype != pl.Binary or len(telling) >= MOST_TELLING:
            continue
        distinct = series.unique(maintain_order=True).drop_nulls()
        text = as_utf8(distinct)
        if text is not None:  # only the cells with more bytes than characters tell anything
            distinct = distinct.filter(text.str.len_bytes() > text.str.len_chars())
        telling += [cell for cell in (c.rstrip(b" \0") for c in distinct) if not cell.isascii()]
    return telling[:MOST_TELLING]


def _typed(
    series: pl.Series | None,
    variable: RawVariable,
    name: str,
    tags: pl.Series | None,
    settled: Settled,
    options: ReadOptions,
    *,
    is_padded: bool,
) -> TypedColumn:
    assert series is not None
    if series.dtype == pl.Binary:
        text = decoded_texts(series, name, settled.decision, is_padded=is_padded)
        settled.findings += text.findings
        return TypedColumn(text.values, ValueType.TEXT)
    if variable.guess:
        values, kind, findings = guessed(series, name)
        settled.findings += findings
        return TypedColumn(values, kind)
    if variable.calendar is not None:
        return _temporal(series, variable, name, tags, settled, options)
    return TypedColumn(series, _type_of(series.dtype), tags)


def _as_declared(
    series: pl.Series, variable: RawVariable, name: str, wanted: Declared, settled: Settled
) -> TypedColumn:
    kind = ValueType.TIME if variable.calendar is not None else _type_of(series.dtype)
    found = converted(series, kind, name, wanted)
    variable.calendar = None
    variable.tags = [(tag, word.encode()) for tag, word in found.words]
    settled.findings += found.findings
    return TypedColumn(found.values, found.type, found.tags)


def _temporal(
    series: pl.Series,
    variable: RawVariable,
    name: str,
    tags: pl.Series | None,
    settled: Settled,
    options: ReadOptions,
) -> TypedColumn:
    assert variable.calendar is not None
    found = dates.converted(series, variable.calendar)
    if found is not None:
        return TypedColumn(found[0], found[1], tags)
    near = without_far(series, variable, name, tags, settled.decision.codec, options)
    if near is not None and (found := dates.converted(near.values, variable.calendar)) is not None:
        settled.findings.append(near.finding)
        return TypedColumn(found[0], found[1], near.tags, near.rules)
    text = "Dates outside the years 1 to 9999: the column is kept as the raw numbers of the file."
    settled.findings.append(Finding(Severity.WARNING, "dates_out_of_range", text, name))
    variable.calendar = None
    return TypedColumn(series, _type_of(series.dtype), tags)


def _type_of(dtype: pl.DataType) -> ValueType:
    if dtype.is_integer():
        return ValueType.INTEGER
    if dtype.is_numeric():
        return ValueType.DECIMAL
    kinds = {pl.Date: ValueType.DATE, pl.Datetime: ValueType.DATETIME}
    return kinds.get(dtype.base_type(), ValueType.TEXT)
