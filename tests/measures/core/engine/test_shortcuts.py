"""What spares the engine work changes no column: bounds, nested reasons, the way values are written."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from measures.core.engine import ColumnResult, DuckEngine, Plan, Rule, emit, pieces
from measures.core.engine.bounds import largest
from tests.measures.small_survey import rule, store

RULES = (
    "any_of(is_missing(a), b == 1)",
    "any_of(is_missing(a), b == 1, at_least=1)",
    "count_of(a == 1, b == 1, is_missing(x))",
    "mean_of(a, b, at_least=1)",
    "sum_of(a, b)",
    "mean_of(x, income) + ln(x)",
    "case((a == 1 and b > 2, 1), (is_missing(b, 'refused'), 2), otherwise=a)",
    "recode(a, {1: 5, (2, 3): missing('not_applicable')}, other=b)",
)
CELLS = {
    "a": [1, 2, None, -1, 3, 4, None, 1],
    "b": [1, None, 1, 5, -1, None, None, 7],
    "x": [1.5, -2.0, None, 0.0, 1e300, None, 2.0, 4.0],
    "income": [10.0, None, 3.0, -1.0, 1e300, 7.0, None, 2.5],
}


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("recode(a, {1: 5, 2: -70}, other=3)", 70),
        ("recode(a, {1: 5}, other=a)", None),
        ("count_of(a == 1, b == 1)", 2),
        ("reverse(a, low=-9, high=5)", 9),
        ("case((a == 1, 4), otherwise=missing('refused'))", 4),
        ("max(count_of(a == 1), 3)", 3),
        ("a * 2", None),
        ("sum_of(a, b)", None),
    ],
)
def test_the_words_of_a_rule_bound_its_numbers(text: str, most: float | None) -> None:
    assert largest(rule(text).root) == most


def test_bounds_hold_of_what_is_computed(tmp_path: Path) -> None:
    for at, text in enumerate(
        ("band(income, 0, 5, 9)", "reverse(a, low=1, high=4)", "count_of(a == 1, b == 1)")
    ):
        most = largest(rule(text).root)
        values = _columns(tmp_path / str(at), (text,))[text]["value"]
        assert most is not None and values.drop_nulls().abs().max() <= most


FAR = [10**15 - 1, 10**15, 2**53 + 1, -(2**53) - 1, 2**62, -(2**62), 5, 0, None]
OF_INTEGERS = (
    "a == 999999999999999",
    "a >= 1000000000000000",
    "a < 5.5",
    "band(a, -5, 5, 999999999999998)",
    "recode(a, {999999999999999: 1, 5..9: 2, 0: 3}, other=4)",
    "recode(a, {(0, 1, 2, 3, 4, 5, 6, 7, 8, 9): 1}, other=4)",
    "reverse(a, low=0, high=9)",
    "any_of(union, a == 5, at_least=1)",
    "mean_of(a, b) * 1.0",
    "mean_of(a, b, at_least=1) * 1.0",
    "sum_of(a, b, at_least=1) * 1.0",
    "(a + b - 3) / 2",
    "a + b",
)


def test_integers_are_compared_and_added_as_their_doubles_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = {"a": FAR, "b": FAR[::-1], "union": [1, 0, 2, None, 1, 0, 1, 0, 2**62]}
    short = _columns(tmp_path / "short", OF_INTEGERS, cells)
    monkeypatch.setattr(pieces, "LARGEST_INTEGER", 0)
    monkeypatch.setattr(pieces, "SAFE", -1)
    long = _columns(tmp_path / "long", OF_INTEGERS, cells)
    for text in OF_INTEGERS:
        assert short[text].equals(long[text]), text
        assert short[text]["value"].null_count() < len(FAR), text


def test_a_reason_too_long_to_be_nested_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nested = _columns(tmp_path / "nested", RULES)
    monkeypatch.setattr(emit, "LONGEST_NESTED", 0)
    apart = _columns(tmp_path / "apart", RULES)
    for text in RULES:
        assert nested[text].equals(apart[text]), text
        assert (nested[text]["value"].is_null() != nested[text]["reason"].is_null()).all(), text


@pytest.mark.parametrize("repeats", [True, False])
def test_values_are_read_back_however_they_are_written(tmp_path: Path, repeats: bool) -> None:
    """Few different values go by a dictionary, many as they are; reasons always by one."""
    cells = [float(n % 7 if repeats else n) / 8 for n in range(500)]
    result = _computed(tmp_path, ("x / 2",), {"x": [*cells, None]})["x / 2"]
    frame = pl.read_parquet(result.path)
    assert frame["value"].to_list() == [*(cell / 2 for cell in cells), None]
    assert frame["reason"].to_list() == [None] * 500 + ["system"]
    group = pq.ParquetFile(result.path).metadata.row_group(0)
    assert ["RLE_DICTIONARY" in group.column(at).encodings for at in (0, 1)] == [repeats, True]


def test_a_wave_without_rows_gives_columns_without_rows(tmp_path: Path) -> None:
    assert _columns(tmp_path, ("x",), {"x": []})["x"].shape == (0, 2)


def _columns(
    folder: Path, texts: tuple[str, ...], cells: dict[str, list[float | None]] | None = None
) -> dict[str, pl.DataFrame]:
    return {name: pl.read_parquet(one.path) for name, one in _computed(folder, texts, cells).items()}


def _computed(
    folder: Path, texts: tuple[str, ...], cells: dict[str, list[float | None]] | None = None
) -> dict[str, ColumnResult]:
    folder.mkdir(exist_ok=True)
    source = store(folder / "wave.parquet", cells or CELLS)
    results = DuckEngine().derive(Plan(source, tuple(Rule(text, rule(text)) for text in texts)), folder)
    return {result.name: result for result in results}
