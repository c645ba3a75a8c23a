"""The engine gives what the slow interpreter gives, on a thousand generated rules and rows full of edges."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from measures.core.engine import DuckEngine, Plan, Rule, Source
from measures.core.language.functions import FUNCTIONS
from measures.core.language.functions_of_samples import SCORINGS
from measures.core.language.tree import Apply, Case, IsMissing, Lookup, Recode, walk
from surveys.core.table import read_derived
from tests.conftest import some_of
from tests.measures.generated_rules import EVERY, KEPT, LEAST, RAW, ROWS, SEVERAL, TABLE
from tests.measures.reference_interpreter import cells_of, differences
from tests.measures.small_survey import CITIES, rule, store

CONTEXTS = {"cities": CITIES}
AT_ONCE = 20  # of a thousand in one statement the columns alone take minutes
FORMS = {"recode": Recode, "case": Case, "lookup": Lookup, "is_missing": IsMissing}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return store(tmp_path_factory.mktemp("oracle") / "wave.parquet", RAW)


@pytest.mark.proof
def test_the_engine_agrees_with_the_interpreter(source: Source, tmp_path: Path) -> None:
    texts = KEPT.read_text(encoding="utf-8").splitlines()
    assert len(set(texts)) == len(texts) >= LEAST
    checked = [rule(text) for text in some_of(texts, 4)]
    for at in range(0, len(checked), AT_ONCE):
        folder, some = tmp_path / str(at), checked[at : at + AT_ONCE]
        folder.mkdir()
        plan = Plan(source, tuple(Rule(f"m{n}", c) for n, c in enumerate(some)), contexts=CONTEXTS)
        for c, result in zip(some, DuckEngine().derive(plan, folder), strict=True):
            assert result.rows == ROWS and sum(result.tally.values()) == ROWS
            found = list(zip(*read_derived(result.path), strict=True))[::EVERY]
            told = differences(cells_of(c.root, TABLE, CONTEXTS, EVERY), found)
            assert not told, (c.source, told)


def test_every_function_is_among_the_generated_rules() -> None:
    """A function that no generated rule calls would be compared with nothing."""
    parts = {part for text in KEPT.read_text(encoding="utf-8").splitlines() for part in walk(rule(text).root)}
    called = {part.function for part in parts if isinstance(part, Apply)}
    called |= {name for name, form in FORMS.items() if any(isinstance(part, form) for part in parts)}
    assert {*FUNCTIONS} - called == {"missing"}, "an absence is an outcome, and no call"
    assert {"+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">=", "and", "or", "not", "negate"} <= called


def test_scores_of_several_factors(source: Source, tmp_path: Path) -> None:
    """Every rotation, of components and of minimum residuals, both factors."""
    checked = [rule(text) for text in SEVERAL]
    plan = Plan(source, tuple(Rule(f"m{at}", one) for at, one in enumerate(checked)))
    for one, result in zip(checked, DuckEngine().derive(plan, tmp_path), strict=True):
        found = list(zip(*read_derived(result.path), strict=True))[::EVERY]
        assert sum(value is not None for value, _ in found) > 20
        told = differences(cells_of(one.root, TABLE, CONTEXTS, EVERY), found)
        assert not told, (one.source, told)


@pytest.mark.parametrize("scores", SCORINGS)
def test_scores_on_polychoric_correlations(source: Source, tmp_path: Path, scores: str) -> None:
    """Few of them, as the interpreter integrates every cell of every table in plain Python."""
    method = "minres" if scores in ("bartlett", "weighted_sum") else "principal"
    how = f'basis="polychoric", method="{method}", scores="{scores}", at_least=2'
    text = f"factor_score(max(a, b), max(b, c), reverse(max(a, c), low=1, high=5), {how})"
    checked = rule(text)
    (result,) = DuckEngine().derive(Plan(source, (Rule("m", checked),)), tmp_path)
    found = list(zip(*read_derived(result.path), strict=True))[::EVERY]
    assert not differences(cells_of(checked.root, TABLE, CONTEXTS, EVERY), found)


@pytest.mark.parametrize("where", [None, "a != 3 and not is_missing(b)"])
def test_columns_are_the_same_at_one_and_two_threads(tmp_path: Path, where: str | None) -> None:
    """Threads share a file out by its groups of rows: many small ones here."""
    source = store(
        tmp_path / "wave.parquet", {name: list(cells) * 50 for name, cells in RAW.items()}, row_group=60
    )
    texts = [
        "group_mean(income, by=city)",
        "standardise(age)",
        "factor_score(a, b, c, at_least=2)",
        'factor_score(a + b, b + c, a + c, basis="polychoric")',
        "ln(income)",
    ]
    condition = rule(where) if where else None
    rules = tuple(Rule(f"m{at}", rule(text)) for at, text in enumerate(texts))
    plan = Plan(source, rules, where=condition)
    outs = [tmp_path / "one", tmp_path / "two"]
    for out in outs:
        out.mkdir()
    one, two = (DuckEngine(threads=k).derive(plan, outs[k - 1]) for k in (1, 2))
    for first, second in zip(one, two, strict=True):
        assert pl.read_parquet(first.path).equals(pl.read_parquet(second.path))
        assert first.fitted == second.fitted
