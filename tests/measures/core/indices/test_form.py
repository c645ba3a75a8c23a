"""Forms: the index is what the engine makes of the rule, and parts add up in every row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from measures.core.engine import DuckEngine, Plan, Rule, Source, SourceColumn
from measures.core.indices.asking import rules_of_index
from measures.core.indices.form import paths, taken, value_of, without
from measures.core.indices.gathering import Layout, disclosed, table_of
from measures.core.indices.normalising import normalised
from measures.core.indices.reading import index_in
from measures.core.indices.table import Table, correlation, ranks
from measures.core.language import Scope, check, parse
from surveys.core.codebook import ValueType, Variable
from surveys.core.problems import Refused
from surveys.core.table import physical

RULES = (
    "mean_of(a, b, c, at_least=2)",
    "sum_of(a, b, c, at_least=1)",
    "weighted_mean((a, 2), (b, 1), (c, 0.5), at_least=2)",
    "count_of(a > 0, b > 0, c > 0, at_least=2)",
    "share_of(a > 0, b > 0, c > 0, at_least=1)",
    "deprivation(a > 0, b > 0, c > 0, cutoff=2, at_least=2)",
    "rank_weight(1, p, q, weights=(0.7, 0.3), at_least=2)",
    "mean_of(mean_of(a, b, at_least=1), standardise(c), weighted_mean((a, 3), (c, 1)), at_least=2)",
)


def rows() -> pl.DataFrame:
    random = np.random.default_rng(3)
    numbers = np.round(random.normal(size=(200, 3)), 2)
    cells = {name: [None if random.random() < 0.15 else float(x) for x in numbers[:, at]]
             for at, name in enumerate("abc")}  # fmt: skip
    ranked = {name: [None if random.random() < 0.2 else int(random.integers(0, 3)) for _ in range(200)]
              for name in "pq"}  # fmt: skip
    return pl.DataFrame(cells | ranked)


@pytest.mark.parametrize("rule", RULES)
def test_the_form_gives_what_the_engine_gives_and_parts_add_up(tmp_path: Path, rule: str) -> None:
    frame = rows()
    kinds = {name: ValueType.DECIMAL if name in "abc" else ValueType.INTEGER for name in frame.columns}
    items = {name: Variable(name, kind) for name, kind in kinds.items()}
    frame.rename({name: physical(at) for at, name in enumerate(items)}).write_parquet(tmp_path / "w")
    columns = {name: SourceColumn(at, items[name]) for at, name in enumerate(items)}
    checked = check(parse(rule), Scope(items=items))
    index = index_in(checked, {})
    assert index is not None
    rules, _ = rules_of_index(index)
    plan = Plan(Source(tmp_path / "w", columns), (*rules, Rule("whole", checked)))
    lines = DuckEngine().patterns(plan, [*(one.name for one in rules), "whole"])
    assert sum(line[-1] for line in lines) == 200
    _, layout = rules_of_index(index)
    table = table_of(lines, layout)
    expected = np.array([np.nan if line[-2] is None else line[-2] for line in lines], dtype=float)
    found = taken(index.form, table.values)
    assert value_of(index.form, table.values) == pytest.approx(expected, abs=1e-12, nan_ok=True)
    there = ~np.isnan(expected)
    assert 0 < there.sum() < len(lines)
    added = (found.coefficients * np.nan_to_num(table.values)).sum(axis=1)
    assert added[there] == pytest.approx(expected[there], abs=1e-12)


def test_a_component_left_out_leaves_the_others_as_they_were() -> None:
    scope = Scope(items={name: Variable(name, ValueType.DECIMAL) for name in "abcd"})
    rule = "mean_of(mean_of(a, b), weighted_mean((c, 2), (d, 1)), at_least=1)"
    index = index_in(check(parse(rule), scope), {})
    assert index is not None
    form = index.form
    assert list(paths(form)) == [(0,), (0, 0), (0, 1), (1,), (1, 0), (1, 1)]
    values = np.array([[1.0, 3.0, 4.0, 7.0]])
    told = {path: float(value_of(rest, values)[0]) for path in paths(form) if (rest := without(form, path))}
    assert told == pytest.approx({(0,): 5, (0, 0): 4, (0, 1): 3, (1,): 2, (1, 0): 4.5, (1, 1): 3})


def test_a_dimension_is_not_left_out_below_the_cutoff() -> None:
    scope = Scope(items={name: Variable(name, ValueType.DECIMAL) for name in "ab"})
    index = index_in(check(parse("deprivation(a > 0, b > 0, cutoff=2)"), scope), {})
    assert index is not None and without(index.form, (0,)) is None


def test_equal_values_share_a_rank_and_each_row_counts() -> None:
    values, weights = np.array([0.1 + 0.2, 0.3, -1.0]), np.array([2.0, 1.0, 3.0])
    assert ranks(values, weights).tolist() == [5.0, 5.0, 2.0]
    assert np.isnan(correlation(np.ones(3), values, weights))


def test_what_does_not_vary_has_no_norm() -> None:
    assert normalised("min_max", np.array([2.0, np.nan, 2.0]), np.ones(3)) is None
    found = normalised("percentile_rank", np.array([5.0, np.nan, 1.0]), np.array([1.0, 9.0, 3.0]))
    assert found is not None and found[[0, 2]].tolist() == [0.875, 0.375] and np.isnan(found[1])


def test_groups_that_cut_through_the_unit_are_refused() -> None:
    layout = Layout((0,), (0,), unit=1, group=2)
    whole = table_of([(0.5, 7, 1, 20), (0.25, 8, 2, 10), (None, None, 1, 3)], layout)
    assert isinstance(whole, Table) and whole.rows.tolist() == [20, 10] and whole.weights.tolist() == [1, 1]
    with pytest.raises(Refused, match="fall into several"):
        table_of([(0.5, 7, 1, 20), (0.5, 7, 2, 10)], layout)


def test_extremes_and_changes_of_few_are_withheld() -> None:
    ends = {"low": 0.0, "low_rows": 12, "high": 1.0, "high_rows": 3}
    others = [{"choice": "leave_out", "what": "", "mean": 0.1, "crossed": n} for n in (4, 0)]
    told = disclosed({**ends, "components": [ends], "alternatives": others, "counting": None})
    assert (told["low"], told["high"], told["components"][0]["high"]) == (0.0, None, None)
    assert told["high_rows"] is None
    assert [one["crossed"] for one in told["alternatives"]] == [None, 0]
    assert [one["is_withheld"] for one in told["alternatives"]] == [True, False]
    assert disclosed({"why": "few"}) == {"why": "few"}


def test_cutoffs_that_tell_of_few_people_are_withheld() -> None:
    """Of 100, 40 hold one condition or more, 35 two, 20 three: five hold just one, which nobody is told."""
    ends = {"n": 100, "low": 0.0, "low_rows": 60, "high": 1.0, "high_rows": 20}
    cuts = [{"k": k, "rows": rows, "headcount": rows / 100, "intensity": 0.5, "m0": 0.1}
            for k, rows in ((1, 40), (2, 35), (3, 20), (4, 3))]  # fmt: skip
    dimensions = [{"censored": 0.05, "headcount": 0.3}, {"censored": 0.2, "headcount": 0.3}]
    counting = {"adopted": 3, "is_given": True, "cuts": cuts, "dimensions": dimensions}
    others = [{"choice": "cutoff", "what": what, "mean": 0.1, "crossed": 15} for what in ("2", "4")]
    told = disclosed({**ends, "components": [], "alternatives": others, "counting": counting})
    assert [cut["headcount"] for cut in told["counting"]["cuts"]] == [0.4, None, 0.2, None]
    assert [one["censored"] for one in told["counting"]["dimensions"]] == [None, 0.2]
    assert [one["mean"] for one in told["alternatives"]] == [None, None]
