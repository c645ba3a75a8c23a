"""Types declared in a codebook sheet: taken where every cell fits, else told; words for missing as tags."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from surveys.core.codebook import ValueType
from surveys.core.reading.declared import TYPES, Declared, converted
from surveys.core.reading.guess import guessed

AT = datetime(2014, 2, 1, 10, 30)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("word", "cells", "values"),
    [
        ("text", ["1", "02"], ["1", "02"]),
        ("integer", ["007", "+3", None], [7, 3, None]),
        ("integer", ["1,234", "12"], [1234, 12]),
        ("integer", ["TRUE", "false"], [1, 0]),
        ("decimal", ["1,234.5", "12"], [1234.5, 12.0]),
        ("decimal", ["1,5", "2"], [1.5, 2.0]),
        ("decimal", ["3"], [3.0]),
        ("decimal_comma", ["1,234", "2"], [1.234, 2.0]),
        ("decimal_comma", ["1.234,5", "2"], [1234.5, 2.0]),
        ("time", ["10:30", "0:00:01.5"], [37_800.0, 1.5]),
        ("time", ["90061.5"], [90_061.5]),
        ("date", ["2014-02-01"], [date(2014, 2, 1)]),
        ("date", ["31/12/2014", "01/02/2014"], [date(2014, 12, 31), date(2014, 2, 1)]),
        ("date_dmy", ["01.02.2014"], [date(2014, 2, 1)]),
        ("date_mdy", ["02/01/2014"], [date(2014, 2, 1)]),
        ("date_mdy", ["2014-02-01"], [date(2014, 2, 1)]),
        ("date_ymd", ["2014/2/1"], [date(2014, 2, 1)]),
        ("datetime_dmy", ["1/2/2014 10:30", "01/02/2014 10:30:00"], [AT, AT]),
        ("datetime", ["2014-02-01T10:30"], [AT]),
    ],
)
def test_every_type(word: str, cells: list[str | None], values: list[Any]) -> None:
    found = converted(pl.Series("c", cells, dtype=pl.String), ValueType.TEXT, "x", Declared(word))
    assert found.values.to_list() == values
    assert found.type is ValueType(word.split("_")[0])
    assert not [f for f in found.findings if f.code == "type_not_kept"]


@pytest.mark.parametrize(
    ("word", "cells"),
    [
        ("integer", ["1", "two"]),
        ("decimal", ["1.5", "1.5.1"]),
        ("date", ["01/02/2014", "03/04/2014"]),  # day or month first: nobody can tell
        ("date_dmy", ["12/31/2014"]),
        ("date", ["2014-02-30"]),
        ("date", ["2014-02-01 10:00"]),
        ("time", ["half past"]),
    ],
)
def test_what_does_not_fit_is_read_as_if_nothing_was_declared(word: str, cells: list[str]) -> None:
    column = pl.Series("c", cells)
    found = converted(column, ValueType.TEXT, "x", Declared(word))
    assert found.values.to_list() == guessed(column, "x")[0].to_list()
    assert "type_not_kept" in {f.code for f in found.findings}


def test_every_type_takes_a_column_without_cells() -> None:
    for word in TYPES:
        found = converted(pl.Series("c", [None, ""], dtype=pl.String), ValueType.TEXT, "x", Declared(word))
        assert found.values.null_count() == 2, word


def test_words_declared_missing_leave_a_number_a_number() -> None:
    cells = pl.Series("c", ["1", "NA", " - ", None, "2"])
    found = converted(cells, ValueType.TEXT, "x", Declared("integer", ("-", "NA", "DK")))
    assert found.values.to_list() == [1, None, None, None, 2]
    assert found.tags is not None and found.tags.to_list() == [None, "b", "a", None, None]
    assert found.words == (("a", "-"), ("b", "NA"), ("c", "DK"))


@pytest.mark.parametrize(
    ("cells", "kind", "word", "values"),
    [
        ([1, None], ValueType.INTEGER, "text", ["1", None]),
        ([1, 2], ValueType.INTEGER, "decimal", [1.0, 2.0]),
        ([90], ValueType.INTEGER, "time", [90.0]),
        ([date(2014, 2, 1)], ValueType.DATE, "datetime", [datetime(2014, 2, 1)]),  # noqa: DTZ001
        ([date(2014, 2, 1)], ValueType.DATE, "text", ["2014-02-01"]),
        ([1.5], ValueType.DECIMAL, "integer", [1.5]),
    ],
)
def test_cells_of_a_workbook_have_types_already(
    cells: list[Any], kind: ValueType, word: str, values: list[Any]
) -> None:
    assert converted(pl.Series("c", cells), kind, "x", Declared(word)).values.to_list() == values


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (["1", "NA"], "number_but_for_words"),
        (["yes", "-"], "words_for_missing"),
        (["010", "020"], "digits_as_text"),
        (["01/02/2014"], "dates_as_text"),
        (["2014-01-31", "12014-01-31"], "dates_as_text"),
        (["2014-01-31", "31.01.2014"], "dates_as_text"),
        (["1,234", "5,678"], "thousands_or_decimals"),
        (["1,234,567"], "thousands_or_decimals"),
    ],
)
def test_what_only_looks_like_something_is_told(cells: list[str], code: str) -> None:
    values, kind, findings = guessed(pl.Series("c", cells), "x")
    assert (values.to_list(), kind) == (cells, ValueType.TEXT)
    assert [(f.code, f.variable) for f in findings] == [(code, "x")]
    assert not any(cell in f.message for f in findings for cell in cells if cell.isdigit())


@pytest.mark.parametrize("cells", [["E10", "E11", "E14"], ["e5"], ["-E1"], ["-", "1"], ["-e-3"]])
def test_an_exponent_alone_is_no_number(cells: list[str]) -> None:
    values, kind, _ = guessed(pl.Series("c", cells), "c")
    assert (kind, values.to_list()) == (ValueType.TEXT, cells)
    for word in ("decimal", "time"):
        found = converted(pl.Series("c", cells), ValueType.TEXT, "c", Declared(word))
        assert (found.type, found.values.to_list()) == (ValueType.TEXT, cells)


def test_digits_before_an_exponent_are_a_number() -> None:
    values, kind, _ = guessed(pl.Series("c", [".5e3", "-1E2", "2.5"]), "c")
    assert (kind, values.to_list()) == (ValueType.DECIMAL, [500.0, -100.0, 2.5])


LONG = "123456789012345678"


@pytest.mark.parametrize(
    ("word", "cells", "values"),
    [
        ("integer", ["1" * 22, "1"], ["1" * 22, "1"]),
        ("integer", ["9,223,372,036,854,775,808"], ["9,223,372,036,854,775,808"]),
        ("decimal", [LONG, "1"], [int(LONG), 1]),
        ("decimal", [LONG + ".5"], [LONG + ".5"]),
        ("decimal", ["123,456,789,012,345,678"], ["123,456,789,012,345,678"]),
    ],
)
def test_numbers_too_long_for_their_type_keep_their_digits(
    word: str, cells: list[str], values: list[Any]
) -> None:
    found = converted(pl.Series("c", cells), ValueType.TEXT, "x", Declared(word))
    assert found.values.to_list() == values
    assert "type_not_kept" in {f.code for f in found.findings}


@pytest.mark.parametrize(
    ("word", "cells", "values"),
    [
        ("integer", [str(2**63 - 1), "1"], [2**63 - 1, 1]),
        ("decimal", [str(2**60), "1.5"], [2.0**60, 1.5]),
        ("decimal", ["100000000000000000.0"], [1e17]),
    ],
)
def test_long_numbers_that_their_type_holds_are_of_it(word: str, cells: list[str], values: list[Any]) -> None:
    found = converted(pl.Series("c", cells), ValueType.TEXT, "x", Declared(word))
    assert (found.values.to_list(), found.type, found.findings) == (values, ValueType(word), [])


@pytest.mark.parametrize("word", ["decimal", "time"])
def test_long_numbers_of_a_workbook_keep_their_digits(word: str) -> None:
    found = converted(pl.Series("c", [int(LONG)]), ValueType.INTEGER, "x", Declared(word))
    assert (found.values.to_list(), found.type) == ([int(LONG)], ValueType.INTEGER)
    assert [f.code for f in found.findings] == ["type_not_kept"]


def test_long_digits_are_not_taken_for_commas() -> None:
    assert [f.code for f in guessed(pl.Series("c", ["1" * 22]), "x")[2]] == ["digits_as_text"]
