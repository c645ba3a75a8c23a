"""Two versions of a wave by key: rows that came and went, and what happened to cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.core.codebook import MissingRule, ValueType, Variable
from surveys.core.comparison import (
    CellDifference,
    ColumnDifference,
    StoredColumn,
    StoredRows,
    cell_difference,
    changed_cells,
    told,
)
from surveys.core.comparison.cells import PARTS
from surveys.core.hashing import column_hash
from surveys.core.table import PHYSICAL, physical, tags_of

REFUSED = (MissingRule("refused", value=9),)


def stored(
    path: Path, columns: dict[str, tuple[Variable, list[Any]]], tags: dict[str, list[Any]] | None = None
) -> StoredRows:
    series, found = [], {}
    for place, (name, (variable, cells)) in enumerate(columns.items()):
        column = pl.Series(physical(place), cells, dtype=PHYSICAL[variable.type])
        marks = pl.Series(tags_of(place), tags[name], dtype=pl.String) if tags and name in tags else None
        series += [column] if marks is None else [column, marks]
        found[name] = StoredColumn(variable, place, column_hash(variable.type, column, marks))
    pl.DataFrame(series).write_parquet(path)
    return StoredRows(path, found)


def rows(path: Path, key: list[Any], answers: list[Any], **fields: Any) -> StoredRows:
    kind = fields.pop("type", ValueType.INTEGER)
    variable = Variable("q", kind, **{"missing": REFUSED} | fields)
    return stored(path, {"rid": (Variable("rid", ValueType.INTEGER), key), "q": (variable, answers)})


def test_rows_and_cells_are_found_by_key_whatever_their_order(tmp_path: Path) -> None:
    before = rows(tmp_path / "a", [1, 2, 3, 4, 5], [1, 2, 9, 9, 1])
    after = rows(tmp_path / "b", [6, 5, 4, 3, 2], [1, 1, None, 2, 9])
    found = cell_difference(before, after, "rid")
    assert (found.rows_added, found.rows_removed, found.rows_both) == (1, 1, 4)
    (one,) = found.columns
    assert (one.name, one.changed, one.values, one.to_absent, one.from_absent, one.reasons) == (
        "q",
        3,
        0,
        1,
        1,
        1,
    )
    frame = pl.concat(changed_cells(before, after, "rid"))
    assert sorted(frame.rows()) == [
        ("2", "q", "2", None, None, "refused"),
        ("3", "q", None, "refused", "2", None),
        ("4", "q", None, "refused", None, "system"),
    ]


def test_only_columns_that_differ_are_read_and_named(tmp_path: Path) -> None:
    before, after = (rows(tmp_path / name, [1, 2], [1, 2]) for name in "ab")
    assert cell_difference(before, after, "rid").columns == ()


def test_another_missing_scheme_changes_absences_of_equal_cells(tmp_path: Path) -> None:
    before = rows(tmp_path / "a", [1, 2], [1, 9])
    after = rows(tmp_path / "b", [1, 2], [1, 9], missing=(MissingRule("dont_know", value=9),))
    (one,) = cell_difference(before, after, "rid").columns
    assert (one.changed, one.reasons) == (1, 1)
    assert (one.moves[0].before_reason, one.moves[0].after_reason) == ("refused", "dont_know")


def test_a_tag_that_came_is_a_change_of_absence(tmp_path: Path) -> None:
    key = Variable("rid", ValueType.INTEGER), [1, 2]
    answers = Variable("q", ValueType.INTEGER), [1, None]
    before = stored(tmp_path / "a", {"rid": key, "q": answers})
    after = stored(tmp_path / "b", {"rid": key, "q": answers}, tags={"q": [None, "a"]})
    (one,) = cell_difference(before, after, "rid").columns
    assert (one.reasons, one.moves[0].after_reason) == (1, "tag:a")


def test_a_number_kept_as_text_is_the_same_answer(tmp_path: Path) -> None:
    before = rows(tmp_path / "a", [1, 2, 3], [1, 2, None])
    after = rows(tmp_path / "b", [1, 2, 3], ["1", " 3", None], type=ValueType.TEXT, missing=())
    (one,) = cell_difference(before, after, "rid").columns
    assert (one.changed, one.values) == (1, 1)
    assert (one.moves[0].before, one.moves[0].after) == (2, " 3")


@pytest.mark.parametrize(
    ("key", "keys", "code"),
    [
        ("", [1, 2], "no_key"),
        ("nr", [1, 2], "no_key"),
        ("rid", [1, 1], "repeated_key"),
        ("rid", [1, None], "empty_key"),
    ],
)
def test_without_a_usable_key_it_is_said_why(tmp_path: Path, key: str, keys: list[Any], code: str) -> None:
    before, after = rows(tmp_path / "a", [1, 2], [1, 2]), rows(tmp_path / "b", keys, [1, 1])
    found = cell_difference(before, after, key)
    assert found.problem is not None and found.problem.code == code and found.columns == ()


def test_changes_of_few_people_are_not_told_without_the_right(tmp_path: Path) -> None:
    before = rows(tmp_path / "a", list(range(20)), [1] * 20)
    after = rows(tmp_path / "b", list(range(20)), [2] * 12 + [3] * 8)
    (one,) = told(cell_difference(before, after, "rid")).columns
    assert one.changed == 20 and not one.is_complete and one.moves == ()  # 12 of 20 would tell the 8
    after = rows(tmp_path / "c", list(range(20)), [2] * 10 + [3] * 10)
    (one,) = told(cell_difference(before, after, "rid")).columns
    assert [(move.before, move.after, move.n) for move in one.moves] == [(1, 2, 10), (1, 3, 10)]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((3, 0, 0), (None, None, 0, 0)),
        ((3, 4, 0), (None, None, None, 0)),
        ((12, 3, 0), (15, None, None, 0)),
        ((12, 3, 4), (19, None, None, None)),
        ((12, 3, 9), (24, 12, None, None)),
        ((30, 3, 20), (53, 30, None, None)),
        ((12, 11, 0), (23, 12, 11, 0)),
    ],
)
def test_counts_under_ten_and_what_gives_them_away_are_not_told(
    parts: tuple[int, ...], expected: tuple[int | None, ...]
) -> None:
    values, to_absent, from_absent = parts
    whole = ColumnDifference("q", sum(parts), values, to_absent, from_absent)
    found = told(CellDifference("rid", columns=(whole,)))
    (one,) = found.columns
    assert (one.changed, one.values, one.to_absent, one.from_absent) == expected
    assert found.cells_changed == expected[0]


def test_an_equal_column_of_rows_that_changed_places_is_other_peoples(tmp_path: Path) -> None:
    before = rows(tmp_path / "a", [1, 2, 3], [7, 8, None])
    after = rows(tmp_path / "b", [1, 3, 2], [7, 8, None])
    found = cell_difference(before, after, "rid")
    (one,) = found.columns
    assert (found.rows_both, one.to_absent, one.from_absent) == (3, 1, 1)


cells = st.dictionaries(st.integers(0, 30), st.one_of(st.none(), st.integers(0, 9)), min_size=1, max_size=20)


@settings(max_examples=30, deadline=None)
@given(cells, cells)
def test_every_row_is_accounted_for(tmp_path_factory: Any, old: dict[int, Any], new: dict[int, Any]) -> None:
    folder = tmp_path_factory.mktemp("cells")
    before = rows(folder / "a", list(old), list(old.values()))
    after = rows(folder / "b", list(new), list(new.values()))
    found = cell_difference(before, after, "rid")
    assert found.rows_both + found.rows_removed == len(old) and found.rows_both + found.rows_added == len(new)
    expected = sum(old[key] != new[key] for key in old.keys() & new.keys())
    assert found.cells_changed == expected
    assert sum(getattr(one, part) for one in found.columns for part in PARTS) == expected
