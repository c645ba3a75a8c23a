"""Parquet: our own exports come back whole; of other files every change of a type is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest

from surveys.core.codebook import Code, MissingRule, ResponseSet, Role, ValueType, Variable
from surveys.core.hashing import column_hash, table_hash
from surveys.core.problems import Refused
from surveys.core.reading import ReadOptions, ReadResult, read
from surveys.core.table import read_split
from surveys.core.writing import ExportTable, write
from tests.surveys.core.writing.tables import make_table, whole_table


def _wave() -> tuple[ExportTable, str]:
    """A wave with missing codes, ranges, tags and a duration; and its content hash."""
    refused = MissingRule("refused", value=-9, labels={"en": "Refused", "zh": "拒答"})
    variables = (
        Variable(
            "q", ValueType.INTEGER, {"en": "Question", "zh": "问题"}, {"en": "How many?"}, "everybody",
            codes=(Code(1, {"zh": "一"}),), missing=(refused, MissingRule("user_missing", low=90.0)),
            unit="people", group="a block", note="a note", attributes={"Interviewer": ("x", "y")},
        ),
        Variable(
            "t", ValueType.DECIMAL,
            missing=tuple(MissingRule(why, tag=t) for t, why in (("a", "no"), ("b", "no"), ("c", "gone"))),
        ),
        Variable("took", ValueType.TIME, role=Role.KEY),
        Variable("w", ValueType.DECIMAL, role=Role.WEIGHT),
    )  # fmt: skip
    cells = [
        (pl.Series([1, -9, 95, None], dtype=pl.Int64), None),
        (pl.Series([None, None, None, 2.5]), pl.Series(["a", "b", "c", None])),
        (pl.Series([90_061.5, 0.0, None, None]), None),
        (pl.Series([1.0, 2.0, 3.0, 4.0]), None),
    ]
    sets = (ResponseSet("both", "D", ("q", "t"), {"en": "Both"}, 1),)
    table = whole_table(variables, cells, sets=sets, weight="w", labels={"en": "File"}, notes=("said",))
    hashes = [column_hash(v.type, *pair) for v, pair in zip(variables, cells, strict=True)]
    return table, table_hash(zip(table.codebook.names, hashes, strict=True), 4)


def _read(path: Path, folder: Path) -> ReadResult:
    folder.mkdir()
    return read(path, folder, ReadOptions())


def _codes(found: ReadResult) -> dict[str, str]:
    return {one.code: one.variable for one in found.findings}


def test_an_export_comes_back_with_the_same_content_and_codebook(tmp_path: Path) -> None:
    table, content = _wave()
    write(table, "parquet", tmp_path / "x.parquet", "zh")
    found = _read(tmp_path / "x.parquet", tmp_path / "out")
    assert found.content_hash == content
    assert found.codebook == table.codebook
    assert found.codebook.fingerprint() == table.codebook.fingerprint()
    assert "carried_codebook" in _codes(found)


def test_reasons_of_a_dataset_come_back_as_tags_and_that_is_told(tmp_path: Path) -> None:
    derived = Variable("d", ValueType.DECIMAL, missing=(MissingRule("lost", tag="a"),))
    table = make_table((derived, [1.5, None, None, None], [None, "not_asked", "tag:z", "lost"]))
    write(table, "parquet", tmp_path / "x.parquet", "en")
    found = _read(tmp_path / "x.parquet", tmp_path / "out")
    assert found.codebook.names == ("d",)
    values, reasons = read_split(found.parquet, 0, found.codebook.variables[0])
    assert values.to_list() == [1.5, None, None, None]
    assert reasons.to_list() == [None, "not_asked", "tag:z", "lost"]
    assert [f.message for f in found.findings if f.code == "reasons_as_tags"] == [
        "Reasons of absence without a code became tagged missings: not_asked is .b."
    ]


def _changed(path: Path, change: Any) -> None:
    table = pq.read_table(path)
    told = json.loads(table.schema.metadata[b"wavebook"])
    change(told)
    pq.write_table(table.replace_schema_metadata({"wavebook": json.dumps(told)}), path)


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["codebook"]["variables"].pop(),
        lambda told: told["codebook"]["variables"].reverse(),
        lambda told: told["codebook"]["variables"][0].update(type="text"),
        lambda told: told["codebook"]["variables"][0].update(type="nothing"),
        lambda told: told["codebook"]["variables"][0].update(labels=["Question"]),
        lambda told: told["codebook"]["variables"][0].update(labels={"en": "a\0b"}),
        lambda told: told["codebook"]["variables"][0].update(missing=[{"reason": "r", "value": "x"}]),
        lambda told: told["codebook"]["variables"][0].update(surprise=1),
        lambda told: told["codebook"]["variables"][0].update(limits={"low": "x"}),
        lambda told: told["codebook"]["variables"][0].update(limits={"low": 2, "high": 1}),
        lambda told: told["codebook"].update(weight="nowhere"),
        lambda told: told["codebook"]["sets"][0].update(variables=["nowhere"]),
        lambda told: told.update(reasons={"took": "w"}),
        lambda told: told.update(reasons={"t__reason": "q"}),
        lambda told: told.update(codebook=7),
    ],
)
def test_a_codebook_that_is_not_that_of_the_columns_is_not_believed(change: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    write(_wave()[0], "parquet", path, "en")
    _changed(path, change)
    found = _read(path, tmp_path / "out")
    assert "carried_codebook_unfit" in _codes(found)
    assert found.codebook.names == ("q", "t", "t__reason", "took", "w")
    assert not found.codebook.variables[0].labels
    assert found.rows == 4


def test_other_metadata_are_no_codebook(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    table = pq.read_table(_written(pl.DataFrame({"a": [1]}), path))
    pq.write_table(table.replace_schema_metadata({"wavebook": "no json"}), path)
    assert "carried_codebook_unfit" in _codes(_read(path, tmp_path / "out"))


def _written(frame: pl.DataFrame, path: Path) -> Path:
    frame.write_parquet(path)
    return path


NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)
PLAIN: list[tuple[pl.Series, ValueType, list[Any], str]] = [
    (pl.Series([True, None]), ValueType.INTEGER, [1, None], "boolean_as_number"),
    (pl.Series([NOON]), ValueType.DATETIME, [NOON.replace(tzinfo=None)], "time_zone_dropped"),
    (
        pl.Series([1_500], dtype=pl.Int64).cast(pl.Datetime("ns")),
        ValueType.DATETIME, [datetime(1970, 1, 1, 0, 0, 0, 1)], "time_rounded",  # noqa: DTZ001
    ),
    (pl.Series([time(1, 0, 0, 500_000)]), ValueType.TIME, [3600.5], "time_as_seconds"),
    (pl.Series([timedelta(days=2, seconds=1)]), ValueType.TIME, [172_801.0], ""),
    (
        pl.Series([2**62], dtype=pl.Int64).cast(pl.Duration("ns")),
        ValueType.TIME, [2**62 / 1e9], "number_rounded",
    ),
    (pl.Series(["a", "b"], dtype=pl.Categorical), ValueType.TEXT, ["a", "b"], "categories_as_text"),
    (pl.Series(["b"], dtype=pl.Enum(["b", "a"])), ValueType.TEXT, ["b"], "categories_as_text"),
    (pl.Series([1, 2**63 - 1], dtype=pl.UInt64), ValueType.INTEGER, [1, 2**63 - 1], ""),
    (
        pl.Series([1, 2**64 - 1], dtype=pl.UInt64),
        ValueType.TEXT, ["1", str(2**64 - 1)], "large_number_as_text",
    ),
    (pl.Series([1.0, float("nan")]), ValueType.DECIMAL, [1.0, None], "not_a_number"),
    (pl.Series(["", "x"]), ValueType.TEXT, [None, "x"], "empty_text_not_told"),
    (
        pl.Series([3_000_000], dtype=pl.Int32).cast(pl.Date),
        ValueType.TEXT, ["+10183-09-21"], "dates_out_of_range",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "kind", "wanted", "told"), PLAIN)
def test_every_type_is_read_and_every_change_is_told(
    cells: pl.Series, kind: ValueType, wanted: list[Any], told: str, tmp_path: Path
) -> None:
    found = _read(_written(cells.to_frame("x"), tmp_path / "x.parquet"), tmp_path / "out")
    assert found.codebook.variables[0].type is kind
    assert read_split(found.parquet, 0, found.codebook.variables[0])[0].to_list() == wanted
    codes = [one.code for one in found.findings if one.code not in ("no_label", "constant")]
    assert codes == ([told] if told else [])


def test_columns_that_hold_more_than_single_values_are_refused_together(tmp_path: Path) -> None:
    path = _written(pl.DataFrame({"a": [[1]], "b": [b"x"], "c": [1]}), tmp_path / "x.parquet")
    with pytest.raises(Refused) as refused:
        _read(path, tmp_path / "out")
    assert [problem.where for problem in refused.value.problems] == ["a", "b"]
