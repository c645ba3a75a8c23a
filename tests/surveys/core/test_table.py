"""Cells on disk and their parting into values and absences; hashes that see content only."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from surveys.core.codebook import Code, MissingRule, ValueType, Variable
from surveys.core.frequencies import count, count_raw
from surveys.core.hashing import column_hash, table_hash
from surveys.core.table import read_columns, split

RULES = (
    MissingRule("user_missing", low=-99, high=-1),
    MissingRule("refused", value=-1),
    MissingRule("tag:a", tag="a"),
)
ITEM = Variable("q", ValueType.INTEGER, codes=(Code(1, {"en": "yes"}), Code(3, {"en": "no"})), missing=RULES)
RAW = pl.Series([1, 2, -1, -9, None, None, 3])
TAGS = pl.Series([None, None, None, None, None, "a", "b"], dtype=pl.String)


def test_a_single_code_outranks_a_range_and_a_tag_outranks_all() -> None:
    values, reasons = split(RAW, TAGS, ITEM)
    assert values.to_list() == [1, 2, None, None, None, None, None]
    assert reasons.to_list() == [None, None, "refused", "user_missing", "system", "tag:a", "tag:b"]


def test_every_cell_is_a_value_or_an_absence() -> None:
    for variable in (ITEM, Variable("q", ValueType.INTEGER)):
        for tags in (TAGS, None):
            values, reasons = split(RAW, tags, variable)
            assert (values.is_null() == reasons.is_not_null()).all()


def test_missing_dates_and_texts() -> None:
    day = Variable("d", ValueType.DATE, missing=(MissingRule("x", value="1900-01-01"),))
    assert split(pl.Series([date(1900, 1, 1), date(2014, 1, 1)]), None, day)[1].to_list() == ["x", None]
    text = Variable("t", ValueType.TEXT, missing=(MissingRule("x", value="NA"),))
    assert split(pl.Series(["NA", "NAN"]), None, text)[1].to_list() == ["x", None]


def test_reading_some_columns_brings_their_tags(tmp_path: Path) -> None:
    path = tmp_path / "wave.parquet"
    pl.DataFrame({"c0": [1], "c1": [2], "t1": ["a"]}).write_parquet(path)
    assert read_columns(path, [1]).columns == ["c1", "t1"]
    assert read_columns(path, [0]).columns == ["c0"]


def test_the_hash_sees_content_only() -> None:
    numbers = pl.Series([1, None, 3])
    known = column_hash(ValueType.INTEGER, numbers)
    assert column_hash(ValueType.INTEGER, numbers.cast(pl.Int8)) == known
    assert column_hash(ValueType.INTEGER, pl.concat([numbers[:1], numbers[1:]])) == known
    assert column_hash(ValueType.INTEGER, numbers, pl.Series([None] * 3, dtype=pl.String)) == known
    assert column_hash(ValueType.DECIMAL, pl.Series([0.0, np.nan])) == column_hash(
        ValueType.DECIMAL, pl.Series([-0.0, None])
    )


def test_the_hash_sees_every_difference() -> None:
    text = ValueType.TEXT
    hashes = [
        column_hash(ValueType.INTEGER, pl.Series([1, None])),
        column_hash(ValueType.INTEGER, pl.Series([1, 0])),
        column_hash(ValueType.INTEGER, pl.Series([1])),
        column_hash(ValueType.INTEGER, pl.Series([1, None]), pl.Series([None, "a"])),
        column_hash(ValueType.DECIMAL, pl.Series([1.0, None])),
        column_hash(text, pl.Series(["ab", "c"])),
        column_hash(text, pl.Series(["a", "bc"])),
        column_hash(text, pl.Series(["a", None, "bc"])),
        column_hash(text, pl.Series(["a", "", "bc"])),
        table_hash([("a", "1")], 1),
        table_hash([("a", "1")], 2),
        table_hash([("b", "1")], 1),
        table_hash([("a", "1"), ("b", "1")], 1),
        table_hash([("b", "1"), ("a", "1")], 1),
    ]
    assert len(set(hashes)) == len(hashes)


def test_long_text_hashes_alike_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    text = pl.Series(["汉字", None, "b", ""] * 50)
    known = column_hash(ValueType.TEXT, text)
    monkeypatch.setattr("surveys.core.hashing._BLOCK", 3)
    assert column_hash(ValueType.TEXT, text) == known


def test_frequencies_account_for_every_row() -> None:
    found = count_raw(RAW, TAGS, ITEM)
    assert found["valid"] + sum(found["absent"].values()) == found["n"] == 7
    assert found["values"] == [[1, 1], [3, 0], [2, 1]]
    assert found["missing_codes"] == [[-9, 1, "user_missing"], [-1, 1, "refused"], [".a", 1, "tag:a"]]
    assert found["stats"] == {
        "mean": 1.5,
        "min": 1.0,
        "max": 2.0,
        "p5": 1.0,
        "p95": 2.0,
        "median": 1.5,
        "sd": pytest.approx(0.5**0.5),
    }


@pytest.mark.parametrize("n", [40, 5000])
def test_statistics_agree_with_numpy(n: int) -> None:
    cells = np.random.default_rng(1).normal(size=n).round(1 if n == 40 else 6)
    found = count(pl.Series(cells), pl.Series([None] * n, dtype=pl.String), Variable("x", ValueType.DECIMAL))
    assert found["stats"]["mean"] == pytest.approx(cells.mean())
    assert found["stats"]["sd"] == pytest.approx(cells.std(ddof=1))
    assert found["stats"]["median"] == pytest.approx(np.median(cells))
    assert found["distinct"] == len(np.unique(cells))
    assert not found["histogram"] or sum(n for _, _, n in found["histogram"]) == n


def test_answers_given_once_are_not_listed() -> None:
    text = Variable("open", ValueType.TEXT)
    nothing = pl.Series([None] * 4, dtype=pl.String)
    assert count(pl.Series(["a", "b", "c", "d"]), nothing, text)["values"] == []
    nothing = pl.Series([None] * 25, dtype=pl.String)
    assert count(pl.Series(["a"] * 10 + ["b"] * 9 + ["c"] * 6), nothing, text)["values"] == [["a", 10]]


def test_infinite_and_huge_numbers_stay_json() -> None:
    import json

    x = Variable("x", ValueType.DECIMAL)
    for cells in (
        [float("inf"), 1.0],
        [float("inf")],
        [1e308, -1e308],
        [float(i) * 1e300 for i in range(200)],
    ):
        nothing = pl.Series([None] * len(cells), dtype=pl.String)
        json.dumps(count(pl.Series(cells), nothing, x), allow_nan=False)
