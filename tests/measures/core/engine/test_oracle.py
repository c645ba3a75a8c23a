"""The engine gives what the slow interpreter gives, on generated rules and rows full of edges."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from measures.core.engine import DuckEngine, Plan, Rule, Source
from measures.core.language import FUNCTIONS
from measures.core.language.tree import Apply, walk
from tests.measures.generated_rules import KEPT, RAW, ROWS, SAMPLES, TABLE, rules, usable
from tests.measures.reference_interpreter import Absence, run
from tests.measures.small_survey import CITIES, rule, store

RELATIVE = 1e-12  # logarithms, exponentials: the last bit is the C library's own affair


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return store(tmp_path_factory.mktemp("oracle") / "wave.parquet", RAW)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # a rule is short enough to be read as it is
    suppress_health_check=list(HealthCheck),
)
@given(texts=st.lists(rules.filter(usable), min_size=6, max_size=6))
def test_the_engine_agrees_with_the_interpreter(
    source: Source, texts: list[str], tmp_path_factory: Any
) -> None:
    agree(source, texts, tmp_path_factory.mktemp("out"))


def test_what_is_fitted_agrees_with_the_interpreter(source: Source, tmp_path: Path) -> None:
    agree(source, SAMPLES, tmp_path)


def agree(source: Source, texts: list[str], out: Path) -> None:
    checked = [rule(text) for text in texts]
    plan = Plan(source, tuple(Rule(f"m{at}", c) for at, c in enumerate(checked)), contexts={"cities": CITIES})
    for text, c, result in zip(texts, checked, DuckEngine().derive(plan, out), strict=True):
        expected = run(c.root, TABLE, {"cities": CITIES})
        frame = pl.read_parquet(result.path)
        assert result.rows == ROWS and sum(result.tally.values()) == ROWS
        for at, (value, reason) in enumerate(frame.iter_rows()):
            assert same(expected[at], value, reason), f"{text}: row {at}: {expected[at]} / {value} {reason}"


def test_the_kept_rules_hold_every_function() -> None:
    kept = [rule(text) for text in KEPT.read_text(encoding="utf-8").splitlines()]
    met = {node.function for one in kept for node in walk(one.root) if isinstance(node, Apply)}
    forms = {"recode", "case", "lookup", "missing", "is_missing"}  # nodes of their own
    assert set(FUNCTIONS) - forms - met == {"factor_score"}  # the interpreter does no linear algebra


def same(expected: Any, value: Any, reason: Any) -> bool:
    if isinstance(expected, Absence) or reason is not None:
        return isinstance(expected, Absence) and value is None and reason == expected.reason
    if isinstance(expected, float) and isinstance(value, float):
        return math.isclose(expected, value, rel_tol=RELATIVE, abs_tol=1e-300)
    return bool(expected == value)


def test_columns_are_the_same_at_one_and_two_threads(source: Source, tmp_path: Path) -> None:
    texts = [
        "group_mean(income, by=city)",
        "standardise(age)",
        "factor_score(a, b, c, at_least=2)",
        "ln(income)",
    ]
    plan = Plan(source, tuple(Rule(f"m{at}", rule(text)) for at, text in enumerate(texts)))
    outs = [tmp_path / "one", tmp_path / "two"]
    for out in outs:
        out.mkdir()
    one, two = (DuckEngine(threads=k).derive(plan, outs[k - 1]) for k in (1, 2))
    for first, second in zip(one, two, strict=True):
        assert pl.read_parquet(first.path).equals(pl.read_parquet(second.path))
        assert first.fitted == second.fitted
