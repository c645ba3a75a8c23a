"""One rule, two engines: shipped measures, generated rules and every trap give the same columns on both.

All in one file, so that one process starts Spark, once.
"""

from __future__ import annotations

import traceback
from io import StringIO
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from django.core.management import call_command

from config.study_folder import load_study
from measures.core.engine import DuckEngine, Known, Plan, Rule, Source, SourceColumn, dialect
from measures.core.engine.spark import SparkEngine
from measures.core.language import CodeMap, Scope, harmonised
from measures.core.language.functions_of_samples import SCORINGS
from measures.models import DatasetVersion
from measures.selectors.resolving import plan_of, resolve_dataset
from measures.services.datasets import build_dataset, define_dataset
from surveys.core.codebook import MissingRule, ValueType, Variable
from surveys.core.problems import Refused
from surveys.core.table import physical
from surveys.models import Study, User
from tests.conftest import ROOT
from tests.factories import make_user
from tests.measures.conftest import Room
from tests.measures.core.test_scale import answered, answers
from tests.measures.generated_rules import KEPT, RAW, SEVERAL
from tests.measures.small_survey import CITIES, ITEMS, rule, store, variable
from tests.measures.traps import TRAPS, stored_cells, tabled, trapped
from tests.measures.two_engines import on_both, spark

__all__ = ["spark"]
AT_ONCE = 125  # rules per plan: more make a plan that takes long to be thought over


@pytest.mark.parametrize("name", ["mdms", "fuzhou", "community"])
def test_every_shipped_measure_is_the_same_column(
    db: None, spark: SparkEngine, tmp_path: Path, name: str
) -> None:
    load_study(make_user("boss", is_superuser=True, is_staff=True), ROOT / "studies" / name)
    study, seen = Study.objects.get(slug=name), set[str]()
    every = {file.stem for file in (ROOT / "studies" / name / "measures").glob("*.yaml")}
    recipes = [dict(dataset.recipe) for dataset in study.datasets.all()]
    named = {one for recipe in recipes for one in recipe.get("measures", ())}
    if rest := sorted(every - named):
        define_dataset(User.objects.get(), study, "rest", recipe=recipes[0] | {"measures": rest, "items": []})
    for dataset in study.datasets.all():
        resolved = resolve_dataset(dataset)
        plan = plan_of(resolved, [column.name for column in resolved.columns], {})
        seen |= {one.name for one in plan.rules}
        assert on_both(spark, plan, tmp_path / dataset.slug).differences() == []
    assert seen >= every


@pytest.mark.parametrize("part", range(1000 // AT_ONCE))
def test_generated_rules_are_the_same_columns(spark: SparkEngine, tmp_path: Path, part: int) -> None:
    texts = KEPT.read_text(encoding="utf-8").splitlines()[part * AT_ONCE : (part + 1) * AT_ONCE]
    assert len(texts) == AT_ONCE
    source = store(tmp_path / "wave.parquet", RAW)
    plan = Plan(source, tuple(Rule(text, rule(text)) for text in texts), contexts={"cities": CITIES})
    assert on_both(spark, plan, tmp_path).differences() == []


def test_what_makes_rows_absent_is_told_alike(spark: SparkEngine, tmp_path: Path) -> None:
    """Every twentieth generated rule: for each reason the same causes of as many rows."""
    texts = KEPT.read_text(encoding="utf-8").splitlines()[::20]
    source = store(tmp_path / "wave.parquet", RAW)
    plan = Plan(source, tuple(Rule(text, rule(text)) for text in texts), contexts={"cities": CITIES})
    assert spark.waterfalls(plan, texts) == DuckEngine().waterfalls(plan, texts)


def test_no_trap_catches_one_engine_alone(spark: SparkEngine, tmp_path: Path) -> None:
    """Quotients, rounding, empty groups, -0, one argument, last line breaks, long lists, order of texts."""
    source = store(tmp_path / "wave.parquet", trapped())
    plan = Plan(source, tuple(Rule(text, rule(text)) for text in TRAPS), contexts={"cities": CITIES})
    both = on_both(spark, plan, tmp_path)
    assert both.differences() == []
    assert not any(
        frame["value"].is_nan().any() for frame in both.columns().values() if frame["value"].dtype.is_float()
    )


def test_the_tables_of_functions_hold_on_both(spark: SparkEngine, tmp_path: Path) -> None:
    """Every row of every table in the tests of functions, put to every rule of them."""
    texts, cells = tabled()
    assert len(texts) > 70 and len(cells["a"]) > 100
    source = store(tmp_path / "wave.parquet", cells)
    plan = Plan(source, tuple(Rule(text, rule(text)) for text in texts), contexts={"cities": CITIES})
    assert on_both(spark, plan, tmp_path).differences() == []


@pytest.mark.parametrize("scale", [1e-250, 1e-3, 1.0, 1e12, 1e290])
def test_numbers_of_any_size_are_fitted_alike(spark: SparkEngine, tmp_path: Path, scale: float) -> None:
    cells = {"x": [scale * k / 7 for k in range(-90, 110)], "income": [k / 4 for k in range(200)]}
    texts = [
        "standardise(x / 3)",
        "group_mean(x, by=a)",
        "standardise(income)",
        "standardise(income * 1000.1)",
    ]
    source = store(tmp_path / "wave.parquet", {**cells, "a": [1, 2, 3, 4] * 50})
    plan = Plan(source, tuple(Rule(text, rule(text)) for text in texts))
    assert on_both(spark, plan, tmp_path).differences() == []


def test_stored_cells_part_alike(spark: SparkEngine, tmp_path: Path) -> None:
    """Missing codes and ranges of every type, dates and timestamps among them, and code maps."""
    source, rules = stored_cells(tmp_path / "wave.parquet")
    assert on_both(spark, Plan(source, rules), tmp_path).differences() == []


def test_tags_outrank_cells_on_both(spark: SparkEngine, tmp_path: Path) -> None:
    cells = pl.Series("c0", [1, None, None, None, -1], dtype=pl.Int64)
    tags = pl.Series("t0", [None, "a", "Z", None, None], dtype=pl.String)
    pl.DataFrame([cells, tags]).write_parquet(tmp_path / "wave.parquet")
    missing = (MissingRule("refused", tag="a"), MissingRule("dont_know", value=-1))
    item = Variable("q", ValueType.INTEGER, missing=missing)
    source = Source(tmp_path / "wave.parquet", {"q": SourceColumn(0, item, tags=True)})
    both = on_both(spark, Plan(source, (Rule("q", rule("q", Scope(items={"q": item}))),)), tmp_path)
    assert both.differences() == []
    assert both.columns()["q"]["reason"].to_list() == [None, "refused", "tag:Z", "system", "dont_know"]


@pytest.mark.parametrize("where", [None, "a != 3 and not is_missing(b)"])
def test_columns_known_before_lie_beside_their_rows(
    spark: SparkEngine, tmp_path: Path, where: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are numbered block by block; the blocks are small here, and one of them is dropped whole."""
    monkeypatch.setattr(dialect, "BLOCK", 7)
    cells = {"a": [3] * 14 + [1, 2, 3, 4, None] * 40, "b": [1] * 14 + [5, -1, 7] * 66 + [9, 9]}
    source = store(tmp_path / "wave's {1}.parquet", cells)
    condition = rule(where) if where else None
    scope = Scope(items=ITEMS, measures={"low": variable("low")})
    low, both_of = Rule("low", rule("a * 1000 + b")), Rule("both", rule("low + b", scope))
    first = on_both(spark, Plan(source, (low, both_of), where=condition), tmp_path / "first")
    known = {"low": Known(first.embedded[0].path, ValueType.INTEGER)}
    again = on_both(spark, Plan(source, (both_of,), where=condition, known=known), tmp_path / "again")
    assert first.differences() == again.differences() == []
    assert again.columns()["both"].equals(first.columns()["both"])
    assert spark.uncovered(Plan(source, (low,))) == (0,)


def test_rows_that_fall_through_are_counted_alike(spark: SparkEngine, tmp_path: Path) -> None:
    source = store(tmp_path / "wave.parquet", {"a": [1, 2, -1, 4, None, 3]})
    texts = ("recode(a, {1: 1, 2: 2})", "recode(a, {1: 1}, other=0)", "a", "recode(a, {(1, 2, 3, 4): 1})")
    plan = Plan(source, tuple(Rule(text, rule(text)) for text in texts))
    assert spark.uncovered(plan) == DuckEngine().uncovered(plan) == (2, 0, 0, 0)


def test_rows_come_back_in_their_order(spark: SparkEngine, tmp_path: Path) -> None:
    """From a file of several row groups, which several tasks read."""
    numbers = pl.Series("c0", range(20_000), dtype=pl.Int64)
    pl.DataFrame([numbers]).write_parquet(tmp_path / "wave.parquet", row_group_size=1000)
    source = Source(tmp_path / "wave.parquet", {"a": SourceColumn(0, ITEMS["a"])})
    (result,) = spark.derive(Plan(source, (Rule("a", rule("a")),)), tmp_path)
    assert pl.read_parquet(result.path)["value"].to_list() == list(range(20_000))
    assert list(tmp_path.glob("parts*")) == []  # what Spark wrote is gone


def test_an_error_of_spark_quotes_no_cell(
    spark: SparkEngine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    wave = Variable("w", ValueType.TEXT)
    stored = store(tmp_path / "wave.parquet", {"w": ["1", "secret"]}, {"w": wave})
    code_map: CodeMap = ((1, 1), (2, 2))
    source = Source(stored.path, {"q": SourceColumn(0, wave, code_map=code_map)})
    checked = rule("q", Scope(items={"q": harmonised(wave, code_map, "q")}))
    with pytest.raises(Refused, match="engine reports CAST_INVALID_INPUT") as refused:
        spark.derive(Plan(source, (Rule("q", checked),)), tmp_path)
    told = [*traceback.format_exception(refused.value), str(refused.value.__context__), *capfd.readouterr()]
    assert "secret" not in "".join(told)


def test_a_dataset_is_the_same_whoever_builds_it(room: Room, spark: SparkEngine) -> None:
    """What Spark computed is found by the embedded engine under the same keys, and the other way round."""
    room.publish("z", "standardise(q_income)")
    recipe = {"measures": ["z"], "items": ["q_home"], "where": "q_sex == 1"}
    built = build_dataset(room.user, room.dataset("one", **recipe), engine=spark)
    assert built.version.environment["engine"] == "spark semantics 1"
    assert built.version.environment["spark"].startswith("4.") and "duckdb" not in built.version.environment
    twin = build_dataset(room.user, room.dataset("twin", **recipe))
    assert all(column.is_reused for column in twin.columns)
    assert twin.version.content_hash == built.version.content_hash
    assert twin.version.environment["engine"] == "duckdb semantics 1"


def test_the_command_chooses_the_engine(room: Room, spark: SparkEngine) -> None:
    room.publish("z", "standardise(q_income)")
    room.dataset("one", measures=["z"])
    call_command("build_dataset", "mdms/one", "--engine", "spark", "--master", "local[2]", stdout=StringIO())
    assert DatasetVersion.objects.get().environment["engine"] == "spark semantics 1"


def test_both_fit_the_same_factor_of_polychoric_correlations(spark: SparkEngine, tmp_path: Path) -> None:
    source = store(tmp_path / "wave.parquet", answers())
    texts = [
        f'factor_score(reverse(a), b, c, basis="polychoric", scores="{scores}", at_least=2)'
        for scores in SCORINGS
    ]
    both = on_both(spark, Plan(source, tuple(Rule(text, rule(text)) for text in texts)), tmp_path / "out")
    assert both.differences() == []


def test_both_fit_the_same_rotated_factors(spark: SparkEngine, tmp_path: Path) -> None:
    """Exact sums, one arithmetic, and a rotation that is brought to its last digit."""
    plan = Plan(store(tmp_path / "wave.parquet", RAW), tuple(Rule(text, rule(text)) for text in SEVERAL))
    assert on_both(spark, plan, tmp_path / "out").differences() == []


def test_both_count_how_items_are_answered_together(spark: SparkEngine, tmp_path: Path) -> None:
    """Coded answers by pairs, other numbers by exact sums; with and without groups."""
    cells = answers()
    for by in ("", "city"):
        assert answered(tmp_path, cells, by=by, engine=spark) == answered(tmp_path, cells, by=by)
    draw = np.random.default_rng(5)
    amounts = {"income": draw.lognormal(8, 1, 300), "x": draw.normal(size=300)}
    text = "mean_of(standardise(income), standardise(x))"
    assert answered(tmp_path, amounts, text, engine=spark) == answered(tmp_path, amounts, text)


def test_different_answers_are_counted_alike(spark: SparkEngine, tmp_path: Path) -> None:
    """Lines in whatever order, decimals as they would be stored."""
    path = tmp_path / "answers.parquet"
    frame = {physical(0): [1.5, None, 1.5, -0.0, 0.0], physical(1): ["x", "x", "x", "y", "y"]}
    pl.DataFrame(frame).write_parquet(path)
    items = {"a": Variable("a", ValueType.DECIMAL), "t": Variable("t", ValueType.TEXT)}
    source = Source(path, {name: SourceColumn(at, item) for at, (name, item) in enumerate(items.items())})
    texts = {"half": "a / 2", "t": "t", "high": "a > 1"}
    rules = tuple(Rule(name, rule(text, Scope(items=items))) for name, text in texts.items())
    plan = Plan(source, rules)
    told = [sorted(engine.patterns(plan, list(texts)), key=str) for engine in (spark, DuckEngine())]
    assert told[0] == told[1]
    assert sorted(line[-1] for line in told[0]) == [1, 2, 2]
