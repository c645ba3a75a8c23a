"""A thousand generated rules give in SPSS, R and pandas what the slow interpreter gives, with absences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from measures.core.engine import DuckEngine, Plan, Rule, Source
from measures.core.language import Checked
from measures.core.tongues.asked import Asked
from surveys.core.problems import Refused
from tests.conftest import WHOLE, some_of
from tests.measures.core.tongues.programs import (
    Text,
    program,
    run_pandas,
    run_pspp,
    run_r,
    text_of,
    write_sav,
)
from tests.measures.generated_rules import EVERY, KEPT, LEAST, RAW, TABLE, makes_texts
from tests.measures.reference_interpreter import Cells, cells_of, differences
from tests.measures.small_survey import CITIES, ITEMS, rule, store, variable

CONTEXTS = {"cities": CITIES}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return store(tmp_path_factory.mktemp("tongues") / "wave.parquet", RAW)


@pytest.fixture(scope="module")
def checked() -> dict[str, Checked]:
    texts = some_of(KEPT.read_text(encoding="utf-8").splitlines(), 3)
    return {f"m{at}": rule(text) for at, text in enumerate(texts)}


@pytest.fixture(scope="module")
def expected(checked: Mapping[str, Checked]) -> dict[str, Cells]:
    return {name: cells_of(one.root, TABLE, CONTEXTS, EVERY) for name, one in checked.items()}


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
    assert len(found) >= (LEAST if WHOLE else LEAST // 4)
    wrong = {name: told for name, cells in found.items() if (told := differences(expected[name], cells))}
    assert not wrong, [(rules[name], told) for name, told in wrong.items()][:3]


@pytest.mark.proof
def test_in_spss(asked: list[Asked], expected: Mapping[str, Cells], tmp_path: Path) -> None:
    texts, refused = written(asked, "spss")
    assert refused == {one.rule.name for one in asked if makes_texts(one.rule.checked)}
    agree(asked, expected, run_pspp(write_sav(tmp_path / "wave.sav", some(RAW), ITEMS), texts, tmp_path))


@pytest.mark.proof
def test_in_r(asked: list[Asked], expected: Mapping[str, Cells], tmp_path: Path) -> None:
    program("Rscript", "r-base-core")
    texts, refused = written(asked, "r")
    assert not refused
    agree(asked, expected, run_r(pl.DataFrame(some(RAW), strict=False), texts, tmp_path))


@pytest.mark.proof
def test_in_pandas(asked: list[Asked], expected: Mapping[str, Cells], tmp_path: Path) -> None:
    texts, refused = written(asked, "python")
    assert not refused
    wave = tmp_path / "wave.parquet"
    pl.DataFrame(some(RAW), strict=False).write_parquet(wave)
    agree(asked, expected, run_pandas(wave, texts, tmp_path))
