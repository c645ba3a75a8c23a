"""A thousand generated rules give in SPSS and R what the slow interpreter gives, absences included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from measures.core.engine import DuckEngine, Plan, Rule, Source
from measures.core.language import Checked
from measures.core.language.tree import Apply, walk
from measures.core.tongues.asked import Asked
from surveys.core.codebook import ValueType
from surveys.core.problems import Refused
from tests.measures.core.tongues.programs import (
    Cells,
    Text,
    differences,
    program,
    run_pandas,
    run_pspp,
    run_r,
    text_of,
    write_sav,
)
from tests.measures.generated_rules import KEPT, RAW, TABLE
from tests.measures.reference_interpreter import Absence, run
from tests.measures.small_survey import CITIES, ITEMS, rule, store, variable

RULES = 1000
CONTEXTS = {"cities": CITIES}
EVERY = 3  # every third row: each kind of cell is still there many times


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return store(tmp_path_factory.mktemp("tongues") / "wave.parquet", RAW)


@pytest.fixture(scope="module")
def checked() -> dict[str, Checked]:
    texts = KEPT.read_text(encoding="utf-8").splitlines()
    assert len(set(texts)) == RULES
    return {f"m{at}": rule(text) for at, text in enumerate(texts)}


@pytest.fixture(scope="module")
def expected(checked: Mapping[str, Checked]) -> dict[str, Cells]:
    found = {}
    for name, one in checked.items():
        cells = run(one.root, TABLE, CONTEXTS, EVERY)
        found[name] = [(None, cell.reason) if isinstance(cell, Absence) else (cell, None) for cell in cells]
    return found


@pytest.fixture(scope="module")
def asked(
    source: Source, checked: Mapping[str, Checked], tmp_path_factory: pytest.TempPathFactory
) -> list[Asked]:
    """What tongues are asked; fitted rules with the numbers that the engine fits on all rows."""
    fitted = [Rule(name, one) for name, one in checked.items() if one.is_data_dependent]
    plan = Plan(source, tuple(fitted), contexts=CONTEXTS)
    folder = tmp_path_factory.mktemp("fitted")
    numbers = {result.name: result.fitted for result in DuckEngine().derive(plan, folder)}
    return [
        Asked(
            Rule(name, one, numbers.get(name)),
            variable(name, one.type),
            source.columns,
            contexts=CONTEXTS,
            codes={"refused": -1, "dont_know": -2, "not_applicable": -8, "no_answer": -9},
        )
        for name, one in checked.items()
    ]


def some(raw: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    return {name: list(cells[::EVERY]) for name, cells in raw.items()}


def written(asked: list[Asked], tongue: str) -> tuple[dict[str, Text], set[str]]:
    """The texts, and the names of the rules that the tongue refuses."""
    texts, refused = {}, set()
    for one in asked:
        try:
            texts[one.rule.name] = text_of(one, tongue)
        except Refused as why:
            assert [problem.code for problem in why.problems] == ["not_in_tongue"]
            refused.add(one.rule.name)
    return texts, refused


def agree(asked: list[Asked], expected: Mapping[str, Cells], found: Mapping[str, Cells]) -> None:
    rules = {one.rule.name: one.rule.checked.source for one in asked}
    wrong = {name: told for name, cells in found.items() if (told := differences(expected[name], cells))}
    assert not wrong, [(rules[name], told) for name, told in wrong.items()][:3]


def test_in_spss(asked: list[Asked], expected: Mapping[str, Cells], tmp_path: Path) -> None:
    texts, refused = written(asked, "spss")
    assert refused == {one.rule.name for one in asked if _makes_texts(one.rule.checked)}
    agree(asked, expected, run_pspp(write_sav(tmp_path / "wave.sav", some(RAW), ITEMS), texts, tmp_path))


def _makes_texts(checked: Checked) -> bool:
    """SPSS neither makes texts nor reads numbers from them."""
    parts = [node for node in walk(checked.root) if isinstance(node, Apply)]
    return checked.type is ValueType.TEXT or any(one.function in ("part_of", "as_number") for one in parts)


def test_in_r(asked: list[Asked], expected: Mapping[str, Cells], tmp_path: Path) -> None:
    program("Rscript", "r-base-core")
    texts, refused = written(asked, "r")
    assert not refused
    agree(asked, expected, run_r(pl.DataFrame(some(RAW), strict=False), texts, tmp_path))


def test_in_pandas(asked: list[Asked], expected: Mapping[str, Cells], tmp_path: Path) -> None:
    texts, refused = written(asked[::4], "python")
    assert not refused
    wave = tmp_path / "wave.parquet"
    pl.DataFrame(some(RAW), strict=False).write_parquet(wave)
    agree(asked, expected, run_pandas(wave, texts, tmp_path))
