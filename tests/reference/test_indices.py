"""Indices held against base R: counting indices, decompositions, ranks under other choices."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from measures.core.engine import DuckEngine, Plan, Source, SourceColumn
from measures.core.indices.asking import made_of, rules_of_index
from measures.core.indices.gathering import gathered, gathered_by_group, table_of
from measures.core.indices.reading import Index, index_in, unit_of
from measures.core.language import Checked, Scope, check, parse
from surveys.core.codebook import Code, ValueType, Variable
from surveys.core.table import physical

HERE = Path(__file__).parent / "indices"
CLOSED = 1e-9  # closed forms; figures are kept with ten digits
COUNTING = "deprivation(d1, d2, d3, d4, d5, cutoff=2, at_least=4)"
COMPOSITE = "weighted_mean((x1, 0.5), (x2, 0.3), (x3, 0.2), at_least=2)"
AREAS = (
    "mean_of(mean_of(percentile_rank(a1, among=area), percentile_rank(a2, among=area), at_least=1),"
    " mean_of(percentile_rank(a3, among=area), percentile_rank(a4, among=area)))"
)
RANKING = "rank_weight(1, d1, d2, d3, weights=(0.5, 0.3, 0.2))"
YES = (Code(1, {"en": "yes"}), Code(0, {"en": "no"}))


@pytest.fixture(scope="module")
def r() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / "reference.json").read_text())
    return found


def read() -> tuple[pl.DataFrame, Scope]:
    rows = pl.read_csv(HERE / "data.csv")
    kinds = {name: ValueType.DECIMAL if name[0] in "xa" and name[1:].isdigit() else ValueType.INTEGER
             for name in rows.columns}  # fmt: skip
    codes = {name: YES for name in rows.columns if name[0] == "d"}
    items = {name: Variable(name, kind, codes=codes.get(name, ())) for name, kind in kinds.items()}
    return rows, Scope(items=items)


def figures(tmp_path: Path, rule: str, by: str = "") -> dict[str, Any]:
    """From the stored wave through the engine to the figures that are kept."""
    rows, scope = read()
    rows.rename({name: physical(at) for at, name in enumerate(scope.items)}).write_parquet(tmp_path / "w")
    columns = {name: SourceColumn(at, scope.items[name]) for at, name in enumerate(scope.items)}
    index = index_in(check(parse(rule), scope), {})
    assert index is not None
    unit = unit_of(index, {})
    rules, layout = rules_of_index(index, named(unit, scope), named(by, scope))
    plan = Plan(Source(tmp_path / "w", columns), rules)
    table = table_of(DuckEngine().patterns(plan, [one.name for one in rules]), layout)
    if by:
        return gathered_by_group(index.form, table)
    return gathered(index.form, made_of(index), table) | {"index": index}


def named(name: str, scope: Scope) -> Checked | None:
    return check(parse(name), scope) if name else None


def alternative(found: Mapping[str, Any], choice: str, what: str = "", path: tuple[int, ...] = ()) -> Any:
    (one,) = [
        each
        for each in found["alternatives"]
        if (each["choice"], each["what"], tuple(each["path"])) == (choice, what, path)
    ]
    return one


def agrees(found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Every figure of the reference that is told here; the sides of a cut-off where there is one."""
    for name, value in expected.items():
        if name == "crossed" and found[name] is None:
            continue
        assert found[name] == (None if value is None else pytest.approx(value, rel=CLOSED, abs=1e-12)), name


def test_counting_at_every_cutoff_and_by_dimension(r: dict[str, Any], tmp_path: Path) -> None:
    found = figures(tmp_path, COUNTING)
    for cut, expected in zip(found["counting"]["cuts"], r["counting"]["cuts"], strict=True):
        agrees(cut, expected)
    for dimension, expected in zip(found["counting"]["dimensions"], r["counting"]["dims"], strict=True):
        agrees(dimension, expected)


def test_other_cutoffs_and_dimensions(r: dict[str, Any], tmp_path: Path) -> None:
    found = figures(tmp_path, COUNTING)
    agrees(alternative(found, "cutoff", "1"), r["counting"]["k1"])
    agrees(alternative(found, "cutoff", "3"), r["counting"]["k3"])
    for at, expected in enumerate(r["counting"]["out"]):
        agrees(alternative(found, "leave_out", path=(at,)), expected)


@pytest.mark.parametrize(("case", "rule"), [("counting", COUNTING), ("composite", COMPOSITE)])
def test_groups(r: dict[str, Any], tmp_path: Path, case: str, rule: str) -> None:
    found, expected = figures(tmp_path, rule, by="g"), r[case]["groups"]
    for group, one in zip(found["groups"], expected["groups"], strict=True):
        agrees(group, one if case == "counting" else {k: v for k, v in one.items() if k not in
                                                      ("headcount", "intensity")})  # fmt: skip
    assert found["between"] == pytest.approx(expected["between"], rel=CLOSED)
    assert found["between"] + found["within"] == pytest.approx(1.0)


def test_a_composite_and_what_each_component_adds(r: dict[str, Any], tmp_path: Path) -> None:
    found, expected = figures(tmp_path, COMPOSITE), r["composite"]
    agrees(found, {name: expected[name] for name in ("n", "mean", "sd")})
    for one, component in zip(found["components"], expected["components"], strict=True):
        agrees(one, component)
    assert sum(one["contribution"] for one in found["components"]) == pytest.approx(found["mean"])
    assert sum(one["of_variance"] for one in found["components"]) == pytest.approx(1.0)


def test_a_composite_made_otherwise(r: dict[str, Any], tmp_path: Path) -> None:
    found, expected = figures(tmp_path, COMPOSITE), r["composite"]
    for at, one in enumerate(expected["out"]):
        agrees(alternative(found, "leave_out", path=(at,)), one)
    agrees(alternative(found, "weights", "equal"), expected["equal"])
    agrees(alternative(found, "aggregation", "geometric"), expected["geometric"])
    for method in ("percentile_rank", "standardise", "min_max"):
        agrees(alternative(found, "normalisation", method), expected[method])


def test_an_index_of_areas_counts_each_once(r: dict[str, Any], tmp_path: Path) -> None:
    found, expected = figures(tmp_path, AREAS), r["areas"]
    index: Index = found["index"]
    assert found["is_of_groups"] and unit_of(index, {}) == "area"
    agrees(found, {name: expected[name] for name in ("n", "mean", "sd")})
    told = {tuple(one["path"]): one for one in found["components"]}
    assert [told[0,]["with_index"], told[1,]["with_index"]] == pytest.approx(expected["domains"], rel=CLOSED)
    assert told[0,]["with_rest"] == pytest.approx(expected["with_rest"], rel=CLOSED)
    assert told[0, 1]["with_rest"] == pytest.approx(expected["attribute_with_rest"], rel=CLOSED)


def test_an_index_of_areas_made_otherwise(r: dict[str, Any], tmp_path: Path) -> None:
    found, expected = figures(tmp_path, AREAS), r["areas"]
    agrees(alternative(found, "leave_out", path=(0,)), expected["out_domain"])
    agrees(alternative(found, "leave_out", path=(0, 0)), expected["out_attribute"])
    agrees(alternative(found, "weights", "equal"), expected["equal"])
    agrees(alternative(found, "aggregation", "geometric"), expected["geometric"])
    for method in ("standardise", "min_max"):
        agrees(alternative(found, "normalisation", method), expected[method])


def test_weights_of_ranks(r: dict[str, Any], tmp_path: Path) -> None:
    found, expected = figures(tmp_path, RANKING), r["ranking"]
    agrees(found, {name: expected[name] for name in ("n", "mean")})
    assert [one["contribution"] for one in found["components"]] == pytest.approx(expected["contribution"])
    agrees(alternative(found, "weights", "equal"), expected["equal"])
