"""Columns of a worksheet: the cells' own kinds decide the type; what is mixed is kept as text and told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from surveys.core.findings import Finding, Severity
from surveys.core.reading.dates import DAY
from surveys.core.reading.guess import keeps_digits, look_like_numbers, words_for_missing
from surveys.core.reading.raw import Calendar, RawVariable, broken
from surveys.core.reading.sheet_cells import Kind
from surveys.core.said import say, say_n

Kinds = NDArray[np.uint8]
_MOMENTS = {int(Kind.DATE), int(Kind.DATETIME), int(Kind.TIME)}
_LAST = 2_958_466  # the day after 9999-12-31
_LEAP = 60  # 29 February 1900, a day of Excel's calendar alone
_BETWEEN = 1_462  # days between the two calendars of workbooks
_A_DATE_SURELY = 1_000  # a time of so many days is a moment shown without its date
_DIGITS = r"^-?[0-9]+$"
_LONG = r"^-?[0-9]{16,}$"  # more than a double holds for certain
_TRUE = ["1", "true", "TRUE"]
_WORDS = {
    Kind.NUMBER: say("numbers"), Kind.TEXT: say("texts"), Kind.BOOLEAN: say("true or false"),
    Kind.DATE: say("dates"), Kind.DATETIME: say("moments"), Kind.TIME: say("times"),
}  # fmt: skip


class SheetColumn:
    """The cells of one column, gathered block by block: texts as stored, and what kind each is."""

    def __init__(self) -> None:
        self.texts: list[pl.Series] = []
        self.kinds: list[Kinds] = []
        self.errors: Counter[str] = Counter()
        self.formulas = self.unsolved = 0

    def add(self, texts: Sequence[str | None], kinds: Sequence[int]) -> None:
        self.texts.append(pl.Series("c", texts, dtype=pl.String))
        self.kinds.append(np.array(kinds, dtype=np.uint8))

    def settled(self, variable: RawVariable, is_1904: bool) -> tuple[pl.Series, list[Finding]]:
        """All cells in one type; ``variable`` is told what they mean."""
        name = variable.name.decode()
        text = pl.concat(self.texts)
        kinds = np.concatenate(self.kinds)
        self.texts, self.kinds = [], []
        findings = self._remarks(name)
        there = {int(kind) for kind in np.unique(kinds)} - {int(Kind.EMPTY)}
        if there == {Kind.NUMBER}:
            cells, more = _numbers(text, name)
            return cells, findings + more
        if there == {Kind.BOOLEAN}:
            variable.codes = [(1, b"TRUE"), (0, b"FALSE")]
            told = "Cells that are true or false were read as 1 and 0."
            return _truths(text), [*findings, Finding(Severity.INFO, "true_or_false", told, name)]
        if there and there <= _MOMENTS:
            cells, more = _moments(text, kinds, is_1904, variable)
            return cells, findings + more
        if there <= {int(Kind.TEXT)}:
            return text, findings + look_like_numbers(text, name) + words_for_missing(text, name)
        return _mixed(text, kinds, is_1904, name, findings)

    def _remarks(self, name: str) -> list[Finding]:
        found = []
        for error, count in sorted(self.errors.items()):
            told = say_n(
                count,
                "The error {error} in 1 cell was read as an empty cell.",
                "The error {error} in {count:,} cells was read as an empty cell.",
                error=error,
                count=count,
            )
            found.append(Finding(Severity.WARNING, "error_cells", told, name))
        if solved := self.formulas - self.unsolved:
            told = say_n(
                solved,
                "1 cell is a formula: its stored result was read, not computed anew.",
                "{formulas:,} cells are formulas: their stored results were read, not computed anew.",
                formulas=solved,
            )
            found.append(Finding(Severity.INFO, "formulas", told, name))
        if self.unsolved:
            told = say_n(
                self.unsolved,
                "1 formula has no stored result and was read as an empty cell; open the workbook in a "
                "spreadsheet program and save it, then import it again.",
                "{unsolved:,} formulas have no stored result and were read as empty cells; open the "
                "workbook in a spreadsheet program and save it, then import it again.",
                unsolved=self.unsolved,
            )
            found.append(Finding(Severity.WARNING, "formulas_without_result", told, name))
        return found


def _serials(text: pl.Series) -> pl.Series:
    """Texts of numbers as doubles; refused when one of them is no number."""
    numbers = text.cast(pl.Float64, strict=False)
    if numbers.null_count() > text.null_count() or not numbers.drop_nulls().is_finite().all():
        raise broken("a cell of its sheet says it is a number and is none")
    return numbers


def _numbers(text: pl.Series, name: str) -> tuple[pl.Series, list[Finding]]:
    """Whole numbers, else doubles; text where long whole numbers would lose digits as either."""
    if text.drop_nulls().str.contains(_DIGITS).all():
        exact = text.cast(pl.Int64, strict=False)
        if exact.null_count() == text.null_count():
            return exact, []
    numbers = _serials(text)
    if not keeps_digits(text.drop_nulls()):
        told = (
            "Whole numbers with more digits than a number holds: the column is kept as text, digit by digit."
        )
        return text, [Finding(Severity.WARNING, "large_number_as_text", told, name)]
    whole = numbers.drop_nulls()
    if ((whole == whole.floor()) & (whole.abs() <= 2**53)).all():  # 1E3 and 12.0 are whole numbers too
        return numbers.cast(pl.Int64), []
    return numbers, []


def _truths(text: pl.Series) -> pl.Series:
    return text.is_in(_TRUE).cast(pl.Int64)


def _moments(
    text: pl.Series, kinds: Kinds, is_1904: bool, variable: RawVariable
) -> tuple[pl.Series, list[Finding]]:
    """Serial numbers as dates, timestamps or seconds; as they are where no calendar holds them."""
    serials = _serials(text)
    days = serials.drop_nulls()
    if set(np.unique(kinds)) <= {Kind.EMPTY, Kind.TIME} and (days < _A_DATE_SURELY).all():
        variable.calendar = Calendar("time")
        return _selected(serials, _second(pl.col("c"))), []
    if not _is_calendar(days, is_1904):
        told = "Dates that no calendar holds: the column is kept as the raw numbers of the file."
        found = Finding(Severity.WARNING, "dates_out_of_range", told, variable.name.decode())
        cells, more = _numbers(text, variable.name.decode())
        return cells, [found, *more]
    stamps = _selected(serials, _stamp(pl.col("c"), is_1904))
    are_days = Kind.DATETIME not in kinds and bool((days == days.floor()).all())
    return (stamps.cast(pl.Date) if are_days else stamps), []


def _is_calendar(days: pl.Series, is_1904: bool) -> bool:
    if is_1904:
        return bool(((days >= 0) & (days < _LAST - _BETWEEN)).all())
    return bool(((days >= 1) & (days < _LAST) & ((days < _LEAP) | (days >= _LEAP + 1))).all())


def _selected(column: pl.Series, told: pl.Expr) -> pl.Series:
    return column.alias("c").to_frame().select(told.alias("c"))["c"]


def _second(days: pl.Expr) -> pl.Expr:
    """Days as seconds; what is within 50 microseconds of a millisecond was meant to be one (doubles)."""
    seconds = days * DAY
    whole = (seconds * 1e3).round() / 1e3
    return pl.when((seconds - whole).abs() < 5e-5).then(whole).otherwise(seconds)


def _stamp(serial: pl.Expr, is_1904: bool) -> pl.Expr:
    """Timestamps; Excel's 1900 counts a day too many from its 29 February on."""
    to_1970 = pl.lit(24_107) if is_1904 else pl.when(serial < _LEAP).then(25_568).otherwise(25_569)
    whole = serial.floor()
    micros = (_second(serial - whole) * 1e6).round().cast(pl.Int64)
    return ((whole.cast(pl.Int64) - to_1970) * 86_400_000_000 + micros).cast(pl.Datetime("us"))


def _mixed(
    text: pl.Series, kinds: Kinds, is_1904: bool, name: str, findings: list[Finding]
) -> tuple[pl.Series, list[Finding]]:
    counts = {kind: int((kinds == kind).sum()) for kind in _WORDS}
    told = [say("{n:,} {kind}", n=n, kind=_WORDS[kind]) for kind, n in counts.items() if n]
    shown = shown_plainly(text, kinds, is_1904)
    remark = say("Its cells are of several kinds ({told}); all of them were kept as text.", told=told)
    more = words_for_missing(shown, name)
    return shown, [*findings, Finding(Severity.WARNING, "mixed_cells", remark, name), *more]


def shown_plainly(text: pl.Series, kinds: Kinds, is_1904: bool) -> pl.Series:
    """Cells of any kinds as text: numbers without a tail, dates in ISO form, TRUE and FALSE."""
    cell, kind, serial = pl.col("text"), pl.col("kind"), pl.col("serial")
    is_serial = kind.is_in([int(Kind.NUMBER), *sorted(_MOMENTS)])
    frame = pl.DataFrame({"text": text, "kind": pl.Series(kinds)})
    numbers = _serials(frame.select(pl.when(is_serial).then(cell)).to_series())
    frame = frame.with_columns(numbers.alias("serial"))
    is_dated = kind.is_in([int(Kind.DATE), int(Kind.DATETIME)]) & (serial >= _LEAP + 1) & (serial < _LAST)
    truth = pl.when(cell.is_in(_TRUE)).then(pl.lit("TRUE")).otherwise(pl.lit("FALSE"))
    told = (
        pl.when(is_dated).then(_iso(pl.when(is_dated).then(serial), is_1904))
        .when((kind == int(Kind.TIME)) & (serial >= 0)).then(_clock(serial))
        .when((kind == int(Kind.NUMBER)) & cell.str.contains(_LONG)).then(cell)
        .when(is_serial).then(_plain_number(serial))
        .when(kind == int(Kind.BOOLEAN)).then(truth)
        .otherwise(cell)
    )  # fmt: skip
    return frame.select(told.alias("c"))["c"]


def _plain_number(number: pl.Expr) -> pl.Expr:
    is_whole = (number == number.floor()) & (number.abs() <= 2**53)
    whole = pl.when(is_whole).then(number).cast(pl.Int64).cast(pl.String)
    return pl.when(is_whole).then(whole).otherwise(number.cast(pl.String))


def _iso(serial: pl.Expr, is_1904: bool) -> pl.Expr:
    stamp = _stamp(serial, is_1904)
    form = stamp.dt.to_string("%Y-%m-%d %H:%M:%S")
    return pl.when(serial == serial.floor()).then(form.str.head(10)).otherwise(form)


def _clock(days: pl.Expr) -> pl.Expr:
    seconds = _second(days).round().cast(pl.Int64)
    parts = (seconds // 3_600, seconds // 60 % 60, seconds % 60)
    return pl.concat_str([part.cast(pl.String).str.zfill(2) for part in parts], separator=":")
