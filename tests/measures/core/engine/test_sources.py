"""Stored cells on their way in: missing codes, tags, crosswalk maps, filters, columns computed before."""

from __future__ import annotations

import traceback
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from measures.core.engine import DuckEngine, Known, Plan, Rule, Source, SourceColumn
from measures.core.engine.failing import EngineFailure, in_words
from measures.core.language import CodeMap, Scope, check, harmonised, parse
from surveys.core.codebook import Code, Limits, MissingRule, ValueType, Variable
from surveys.core.problems import Refused
from surveys.core.table import PHYSICAL, split
from tests.measures.small_survey import ITEMS, rule, store, variable


def derived(path: Path, source: Source, text: str, items: dict[str, Variable], **plan: Any) -> pl.DataFrame:
    checked = check(parse(text), Scope(items=items))
    (result,) = DuckEngine().derive(Plan(source, (Rule("m", checked),), **plan), path)
    return pl.read_parquet(result.path)


PARTED: list[tuple[ValueType, list[Any], list[MissingRule]]] = [
    (
        ValueType.INTEGER,
        [1, -1, -5, 99, None, 2**60 + 1],
        [MissingRule("refused", value=-1), MissingRule("low", high=-1)],
    ),
    (
        ValueType.DECIMAL,
        [1.5, 99.0, 98.5, None, -0.5],
        [MissingRule("high", low=98), MissingRule("refused", value=99)],
    ),
    (ValueType.DECIMAL, [1.5, 99.0, 98.5, None], [MissingRule("band", low=98, high=99)]),
    (ValueType.TEXT, ["a", "", "NA", None, "it's; --"], [MissingRule("refused", value="NA")]),
    (ValueType.TIME, [3600.0, 90000.5, None, -1.0], [MissingRule("refused", value=-1)]),
    (
        ValueType.DATE,
        [date(2014, 5, 1), date(1900, 1, 1), None],
        [MissingRule("unknown", value="1900-01-01")],
    ),
    (ValueType.DATE, [date(2014, 5, 1), date(1900, 1, 1), None], [MissingRule("early", high=-86400.0)]),
    (
        ValueType.DATETIME,
        [datetime.fromisoformat("2014-05-01T09:30:00"), None],
        [MissingRule("x", value="2014-05-01T09:30:00")],
    ),
]


@pytest.mark.parametrize(("kind", "cells", "missing"), PARTED)
def test_cells_part_as_the_store_parts_them(
    tmp_path: Path, kind: ValueType, cells: list[Any], missing: list[MissingRule]
) -> None:
    items = {"q": Variable("q", kind, missing=tuple(missing))}
    source = store(tmp_path / "wave.parquet", {"q": cells}, items)
    values, reasons = split(pl.Series(cells, dtype=PHYSICAL[kind]), None, items["q"])
    frame = derived(tmp_path, source, "q", items)
    assert frame["value"].to_list() == values.to_list()
    assert frame["reason"].to_list() == reasons.to_list()
    assert frame["value"].dtype == PHYSICAL[kind]


def test_tags_outrank_cells(tmp_path: Path) -> None:
    cells = pl.Series("c0", [1, None, None, None, -1], dtype=pl.Int64)
    tags = pl.Series("t0", [None, "a", "Z", None, None], dtype=pl.String)
    pl.DataFrame([cells, tags]).write_parquet(tmp_path / "wave.parquet")
    missing = (MissingRule("refused", tag="a"), MissingRule("dont_know", value=-1))
    items = {"q": Variable("q", ValueType.INTEGER, missing=missing)}
    source = Source(tmp_path / "wave.parquet", {"q": SourceColumn(0, items["q"], tags=True)})
    frame = derived(tmp_path, source, "q", items)
    assert frame["reason"].to_list() == split(cells, tags, items["q"])[1].to_list()
    assert frame["reason"].to_list() == [None, "refused", "tag:Z", "system", "dont_know"]


MAPS: list[tuple[ValueType, list[Any], CodeMap, list[Any]]] = [
    (ValueType.INTEGER, [0, 1, 7, None, -1], ((0, 2), (1, 1)), [2, 1, "out_of_range", "system", "refused"]),
    (ValueType.INTEGER, [1, 2, 6], ((1, 1), (2, 1), (6, None)), [1, 1, "out_of_range"]),
    (ValueType.TEXT, ["m", "f", "?"], (("m", 1), ("f", 2)), [1, 2, "out_of_range"]),
    (ValueType.INTEGER, [1, 2], ((1, "north"), (2, "it's")), ["north", "it's"]),
]


@pytest.mark.parametrize(("kind", "cells", "code_map", "then"), MAPS)
def test_the_crosswalk_maps_codes(
    tmp_path: Path, kind: ValueType, cells: list[Any], code_map: CodeMap, then: list[Any]
) -> None:
    wave = Variable("w", kind, missing=(MissingRule("refused", value=-1),) if kind.is_number else ())
    stored = store(tmp_path / "wave.parquet", {"w": cells}, {"w": wave})
    source = Source(stored.path, {"q": SourceColumn(0, wave, code_map=code_map)})
    frame = derived(tmp_path, source, "q", {"q": harmonised(wave, code_map, "q")})
    assert [reason or value for value, reason in frame.iter_rows()] == then


def test_a_harmonised_variable_keeps_labels_and_takes_the_type_of_its_codes() -> None:
    wave = Variable("A01", ValueType.TEXT, codes=(Code("f", {"en": "female"}), Code("m", {"en": "male"})))
    item = harmonised(wave, (("f", 2), ("m", 1)), "q_sex")
    assert (item.name, item.type) == ("q_sex", ValueType.INTEGER)
    assert {code.value: code.labels["en"] for code in item.codes} == {2: "female", 1: "male"}


def test_a_code_of_the_item_is_an_answer_whatever_the_wave_declares_of_its_own(tmp_path: Path) -> None:
    wave = Variable(
        "B01",
        ValueType.INTEGER,
        missing=(
            MissingRule("dont_know", 4),
            MissingRule("refused", low=8, high=9),
            MissingRule("system", 7),
        ),
    )
    code_map = ((1, 1), (2, 9), (3, 4))
    item = harmonised(wave, code_map, "hood")
    assert [rule.reason for rule in item.missing] == ["system"]
    scope = Scope(items={"hood": item})
    check(parse('case((hood == 4, 1), (is_missing(hood, "dont_know"), 3), otherwise=2)'), scope)
    stored = store(tmp_path / "wave.parquet", {"w": [1, 2, 3, 4, 8]}, {"w": wave})
    source = Source(stored.path, {"hood": SourceColumn(0, wave, code_map=code_map)})
    frame = derived(tmp_path, source, "recode(hood, {1: 1, 4: 5, 9: 6})", {"hood": item})
    assert [why or value for value, why in frame.iter_rows()] == [1, 6, 5, "dont_know", "refused"]


def test_limits_of_the_wave_are_not_those_of_codes_that_were_mapped() -> None:
    wave = Variable("A01", ValueType.INTEGER, limits=Limits(low=1, high=5))
    assert harmonised(wave, ((1, 10), (2, 20)), "q").limits is None
    assert harmonised(wave, (), "q").limits == wave.limits


CELLS = {"a": [1, 2, -1, 4, None, 3], "b": [2, 2, 2, -2, 1, 1], "city": [1, 1, 2, 2, 2, -1]}


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return store(tmp_path / "wave.parquet", CELLS)


def test_the_filter_comes_first_and_says_whom_it_left_out(tmp_path: Path, source: Source) -> None:
    plan = Plan(source, (Rule("z", rule("standardise(b)")), Rule("a", rule("a"))), where=rule("a < 4"))
    z, a = DuckEngine().derive(plan, tmp_path)
    assert (z.rows, dict(z.left_out)) == (3, {"filter": 1, "refused": 1, "system": 1})
    assert pl.read_parquet(a.path)["value"].to_list() == [1, 2, 3]
    (fit,) = z.fitted.values()
    assert fit["means"] == [pytest.approx(5 / 3)] and fit["n"] == 3


def test_a_filter_on_absences_keeps_the_absent(tmp_path: Path, source: Source) -> None:
    plan = Plan(source, (Rule("a", rule("a")),), where=rule('is_missing(a, "refused") or a > 3'))
    (a,) = DuckEngine().derive(plan, tmp_path)
    assert dict(a.tally) == {"valid": 1, "refused": 1}
    assert dict(a.left_out) == {"filter": 3, "system": 1}


def test_measures_build_on_measures_and_on_stored_columns(tmp_path: Path, source: Source) -> None:
    first = Rule("low", rule("a < 3"))
    scope = Scope(items=ITEMS, measures={"low": variable("low")})
    second = Rule("both", check(parse("case((low == 1, b), otherwise=0 - low)"), scope))
    where = rule("not is_missing(city)")
    low, both = DuckEngine().derive(Plan(source, (first, second), where=where), tmp_path)
    (tmp_path / "again").mkdir()
    known = {"low": Known(low.path, low.type)}
    (again,) = DuckEngine().derive(Plan(source, (second,), where=where, known=known), tmp_path / "again")
    assert pl.read_parquet(again.path).equals(pl.read_parquet(both.path))
    assert [r or v for v, r in pl.read_parquet(both.path).iter_rows()] == [2, 2, "refused", 0, "system"]


def test_a_frozen_metric_is_applied_as_it_is(tmp_path: Path, source: Source) -> None:
    text = "standardise(b)"
    (fitted,) = DuckEngine().derive(Plan(source, (Rule("z", rule(text)),)), tmp_path)
    other = store(tmp_path / "later.parquet", {"b": [5, 5, 1]})
    frozen = Plan(other, (Rule("z", rule(text), fitted.fitted),))
    (later,) = DuckEngine().derive(frozen, tmp_path)
    (fit,) = fitted.fitted.values()
    expected = [(cell - fit["means"][0]) / fit["sds"][0] for cell in (5, 5, 1)]
    assert pl.read_parquet(later.path)["value"].to_list() == expected
    assert later.fitted == fitted.fitted


def test_identifiers_are_carried_exactly(tmp_path: Path) -> None:
    """Above 2^53 a double would lose the last digit."""
    big = [2**53 + 1, 2**62 + 1, -1]
    items = {"id": variable("id")}
    source = store(tmp_path / "wave.parquet", {"id": big}, items)
    assert derived(tmp_path, source, "id", items)["value"].to_list() == [2**53 + 1, 2**62 + 1, None]


def test_an_engine_reads_no_other_file(tmp_path: Path, source: Source) -> None:
    other = tmp_path / "secret.parquet"
    pl.DataFrame({"x": [1]}).write_parquet(other)
    with DuckEngine()._open([source.path]) as connection:
        with pytest.raises(duckdb.PermissionException):
            connection.execute(f"SELECT * FROM read_parquet('{other}')").fetchall()
        with pytest.raises(duckdb.Error):
            connection.execute("SET enable_external_access = true")


def test_rows_that_fall_through_are_counted(source: Source) -> None:
    """Only numbers come back, so a value that few share is never told."""
    texts = ("recode(a, {1: 1, 2: 2})", "recode(a, {1: 1}, other=0)", "a + b", "recode(a, {(1, 2, 3, 4): 1})")
    rules = tuple(Rule(f"m{at}", rule(text)) for at, text in enumerate(texts))
    assert DuckEngine().uncovered(Plan(source, rules)) == (2, 0, 0, 0)
    assert DuckEngine().uncovered(Plan(source, ())) == ()


@pytest.mark.parametrize("rows", [2, 300_000])
def test_an_error_of_the_engine_quotes_no_cell(tmp_path: Path, rows: int) -> None:
    """A code map of numbers on a text column; the cell that breaks it may stand behind many batches."""
    wave = Variable("w", ValueType.TEXT)
    stored = store(tmp_path / "wave.parquet", {"w": ["1"] * (rows - 1) + ["secret"]}, {"w": wave})
    source = Source(stored.path, {"q": SourceColumn(0, wave, code_map=((1, 1), (2, 2)))})
    with pytest.raises(Refused, match="engine reports ConversionException") as refused:
        derived(tmp_path, source, "q", {"q": harmonised(wave, ((1, 1), (2, 2)), "q")})
    assert "secret" not in "".join(traceback.format_exception(refused.value))
    assert "secret" not in str(refused.value.__context__)


def test_a_bug_is_told_by_its_class() -> None:
    with pytest.raises(EngineFailure, match="the engine failed with BinderException") as failed, in_words():
        duckdb.sql("SELECT secret")
    assert "secret" not in "".join(traceback.format_exception(failed.value))
    with pytest.raises(OSError, match="disk"), in_words():
        raise OSError("disk")
