"""Several calls on one connection answer as single calls do, and reach no file beyond their own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb
import pytest

from measures.core.engine import Cell, DuckEngine, Plan, Rule, Source
from measures.core.engine.given import given
from tests.measures.small_survey import rule, store

RAW: dict[str, list[Any]] = {"age": [17, 30, 45, None], "sex": [1, 2, 2, 1]}
MALE = rule("recode(sex, {1: 1})")
ROWS = [{"sex": Cell(1, None)}, {"sex": Cell(2, None)}]


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return store(tmp_path / "wave.parquet", RAW)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The connections opened while a test runs."""
    made: list[Any] = []
    connect = duckdb.connect

    def counting(*arguments: Any, **settings: Any) -> Any:
        made.append(arguments)
        return connect(*arguments, **settings)

    monkeypatch.setattr(duckdb, "connect", counting)
    return made


def test_calls_of_a_session_share_a_connection_and_change_no_answer(
    source: Source, opened: list[Any]
) -> None:
    plan = Plan(source, (Rule("old", rule("recode(age, {..18: 1})")),))
    alone = DuckEngine()
    expected = alone.uncovered(plan), alone.evaluate(MALE, ROWS), alone.outcomes([(MALE, ROWS)])
    opened.clear()
    with DuckEngine().session([source.path]) as engine:
        for _ in range(2):
            assert expected == (
                engine.uncovered(plan),
                engine.evaluate(MALE, ROWS),
                engine.outcomes([(MALE, ROWS)]),
            )
    assert len(opened) == 1


def test_a_session_cannot_read_another_file(source: Source, tmp_path: Path) -> None:
    other = store(tmp_path / "other.parquet", RAW)
    with DuckEngine().session([source.path]) as engine:
        assert engine._held is not None
        with pytest.raises(duckdb.PermissionException):
            engine._held.connection.execute(f"SELECT * FROM read_parquet('{other.path}')")
        with pytest.raises(duckdb.Error):
            engine._held.connection.execute("SET enable_external_access = true")


def test_a_plan_of_another_file_gets_a_connection_of_its_own(
    source: Source, tmp_path: Path, opened: list[Any]
) -> None:
    other = store(tmp_path / "other.parquet", RAW | {"age": [1, 2, 3, 4]})
    with DuckEngine().session([source.path]) as engine:
        (rows,) = engine.uncovered(Plan(other, (Rule("age", rule("recode(age, {1..2: 1})")),)))
        assert rows == 2 and len(opened) == 2


def test_a_session_is_not_used_in_another_process_nor_after_its_block(
    source: Source, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with DuckEngine().session([source.path]) as engine:
        monkeypatch.setattr(os, "getpid", lambda: -1)
        engine.evaluate(MALE, ROWS)
        assert len(opened) == 2
    engine.evaluate(MALE, ROWS)
    assert len(opened) == 3


def test_parts_of_different_length_stand_side_by_side() -> None:
    """The same item holds other cells in each part, and the shorter part answers for its own rows only."""
    parts = [(rule("sex == 2"), ROWS[:1]), (MALE, ROWS), (rule("sex + 1"), [{"sex": Cell(None, "refused")}])]
    assert DuckEngine().outcomes(parts) == (
        (Cell(0, None),),
        (Cell(1, None), Cell(None, "uncovered")),
        (Cell(None, "refused"),),
    )
    assert given([(Rule("r", checked), rows) for checked, rows in parts]).rows.height == 2
    assert DuckEngine().outcomes([]) == ()
