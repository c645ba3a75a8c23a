"""What of a result may be told: small counts are withheld, and nothing they would follow from is told."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core import withholding
from analytics.core.crosstab import Asked, crosstab
from analytics.core.descriptives import Described, Groups, describe
from analytics.core.disclosure import disclosed
from analytics.core.survey_design import declare
from analytics.core.withholding import Line, withheld
from surveys.core.disclosure import FEWEST


def table(cells: list[list[int]]) -> dict[str, object]:
    """A crosstab result with these counts."""
    pairs = [(r, c) for r, row in enumerate(cells) for c, n in enumerate(row) for _ in range(n)]
    rows, columns = (np.array(side) for side in zip(*pairs, strict=True))
    levels = tuple((at, f"r{at}") for at in range(len(cells)))
    groups = tuple((at, f"c{at}") for at in range(len(cells[0])))
    found = crosstab(
        rows, columns, np.zeros(len(pairs), bool), variable="a", by="b", levels=levels, columns=groups
    )
    return {"kind": "crosstab", "table": found.as_json()}


def counts_told(cells: list[list[int]]) -> list[list[int | None]]:
    result = table(cells)
    told = disclosed(result, sum(map(sum, cells))).result["table"]
    return [*(row["counts"] for row in told["rows"]), told["bases"]]


def test_a_table_of_large_cells_is_told_whole() -> None:
    result = table([[20, 30], [40, 10]])
    assert disclosed(result, 100).result == result and disclosed(result, 100).is_whole


def test_a_small_cell_takes_what_it_would_follow_from_with_it() -> None:
    assert counts_told([[3, 30, 40], [50, 60, 70]]) == [
        [None, None, 40, 73],
        [None, None, 70, 180],
        [53, 90, 110, 253],
    ]
    told = disclosed(table([[3, 30, 40], [50, 60, 70]]), 253)
    assert told.result["table"]["chi_square"] is None and not told.is_whole
    assert [row["percents"][0] for row in told.result["table"]["rows"]] == [None, None]


def test_empty_cells_are_told() -> None:
    assert counts_told([[0, 30], [50, 60]])[0] == [0, 30, 30]


@given(st.lists(st.lists(st.integers(0, 25), min_size=3, max_size=3), min_size=2, max_size=4))
@settings(max_examples=40, deadline=None)
def test_no_small_cell_can_be_worked_out(cells: list[list[int]]) -> None:
    """Every small cell has another value under which all that is told stays the same."""
    if sum(map(sum, cells)) < FEWEST:
        return
    told = counts_told(cells)
    high, wide = len(cells), len(cells[0])
    sums = []
    for r, c in product(range(high + 1), range(wide + 1)):
        if told[r][c] is not None:
            inside = np.zeros((high, wide))
            inside[slice(None) if r == high else r, slice(None) if c == wide else c] = 1
            sums.append(inside.ravel())
    _, sizes, directions = np.linalg.svd(np.array(sums))
    free = directions[int((sizes > 1e-9).sum()) :]
    freedom = np.sqrt((free**2).sum(axis=0)).reshape(high, wide)
    for r, c in product(range(high), range(wide)):
        if 0 < cells[r][c] < FEWEST:
            assert told[r][c] is None and freedom[r, c] > 1e-9


def test_few_that_are_withheld_together_are_covered() -> None:
    """1 + 2 of 63: their sum would tell both, so a third is withheld."""
    assert withheld([1, 2, 20, 40, 63], [Line((0, 1, 2, 3), 4)], fixed={4}) == {0, 1, 2}
    assert withheld([20, 40, 60], [Line((0, 1), 2)], fixed={2}) == frozenset()


def grid_lines(high: int, wide: int) -> list[Line]:
    """Every row and every column of a table whose last row and column are its totals."""
    places = np.arange(high * wide).reshape(high, wide)
    return [Line(tuple(one[:-1]), one[-1]) for side in (places, places.T) for one in side.tolist()]


def determined(lines: list[Line], hidden: set[int]) -> frozenset[int]:
    """The withheld counts without any freedom in the sums: by rank, which is dear and sure."""
    places = sorted(hidden)
    sums = np.array([[float(at in one.parts) - float(at == one.whole) for at in places] for one in lines])
    _, sizes, directions = np.linalg.svd(sums)
    freedom = np.sqrt((directions[int((sizes > 1e-9).sum()) :] ** 2).sum(axis=0))
    return frozenset(at for at, size in zip(places, freedom.tolist(), strict=True) if size < 1e-9)


@pytest.mark.parametrize("seed", range(60))
def test_what_follows_is_what_the_rank_of_the_sums_says(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(seed)
    high, wide = random.integers(2, 9, 2)
    lines = grid_lines(high, wide)
    for share in (0.1, 0.3, 0.5, 0.8):
        hidden = set(np.flatnonzero(random.random(high * wide) < share).tolist())
        for known in (lines, lines[:high], lines[:1]):
            assert withholding._following(known, hidden) == determined(known, hidden)
    grid = np.zeros((high, wide), int)
    grid[:-1, :-1] = random.poisson(random.choice([2, 8, 20]), (high - 1, wide - 1)) * (
        random.random((high - 1, wide - 1)) < random.choice([0.3, 0.7, 1])
    )
    grid[-1] = grid.sum(axis=0)
    grid[:, -1] = grid.sum(axis=1)
    counts, fixed = grid.ravel().tolist(), {grid.size - 1}
    found = withheld(counts, lines, fixed)
    monkeypatch.setattr(withholding, "_following", determined)
    assert withheld(counts, lines, fixed) == found


def described(**columns: list[float]) -> dict[str, object]:
    variables = [Described(name, np.array(v, float), np.zeros(len(v), bool)) for name, v in columns.items()]
    return {"kind": "descriptives", "table": describe(variables).as_json()}


def test_extremes_need_ten_rows() -> None:
    result = described(age=[18.0] * 12 + [30.0] * 20 + [97.0])
    (row,) = disclosed(result, 33).result["table"]["rows"]
    assert (row["minimum"], row["maximum"]) == (18.0, None)
    assert row["mean"] == pytest.approx(result["table"]["rows"][0]["mean"])  # type: ignore[index]


@pytest.mark.parametrize("ones", [3, 37])
def test_a_share_needs_enough_of_either_answer(ones: int) -> None:
    (row,) = disclosed(described(y=[1.0] * ones + [0.0] * (40 - ones)), 40).result["table"]["rows"]
    assert [row[name] for name in ("count", "percent", "mean", "sd", "minimum", "maximum")] == [None] * 6
    assert row["n"] == 40


@pytest.mark.parametrize("ones", [3, 97])
@pytest.mark.parametrize("low", [0, 1])
def test_of_two_answers_no_number_tells_how_many_gave_the_rarer(ones: int, low: int) -> None:
    result = described(y=[low + 1.0] * ones + [float(low)] * (100 - ones))
    (row,) = disclosed(result, 100).result["table"]["rows"]
    assert {value for value in row.values() if isinstance(value, int | float)} <= {100}


def test_categories_of_few_are_withheld_with_one_more() -> None:
    values = np.array(["a"] * 4 + ["b"] * 15 + ["c"] * 30)
    levels = (("a", "A"), ("b", "B"), ("c", "C"), ("d", "D"))
    result = {
        "kind": "descriptives",
        "table": describe([Described("k", values, np.zeros(49, bool), {}, levels)]).as_json(),
    }
    told = [row["count"] for row in disclosed(result, 49).result["table"]["rows"]]
    assert told == [None, None, 30, 0]


def test_few_rows_tell_nothing() -> None:
    result = {"kind": "linear", "models": [{"n_used": 9, "result": {}}]}
    assert disclosed(result, 9).result == {} and disclosed(result, 9).is_withheld
    assert disclosed(result, 40).is_withheld  # a model of a series on rows of its own
    assert disclosed(described(x=[1.5, 2.5]), 2).is_withheld


def test_effects_of_small_groups_are_withheld() -> None:
    effects = [{"level": "a", "n": 9}, {"level": "b", "n": 10}]
    result = {"kind": "series", "models": [{"n_used": 19, "result": {"group_effects": effects}}]}
    (model,) = disclosed(result, 19).result["models"]
    assert model["result"]["group_effects"] == effects[1:]


def grouped(
    values: list[int], groups: list[int], *, levels: tuple[tuple[int, str], ...] = ()
) -> dict[str, Any]:
    """A descriptive result by group."""
    told = Described("v", np.array(values), np.zeros(len(values), dtype=bool), levels=levels)
    made = describe([told], groups=Groups("g", np.array(groups), ((0, "a"), (1, "b"))))
    return {"kind": "descriptives", "table": made.as_json()}


def test_groups_with_enough_rows_of_everything_are_told() -> None:
    values = [0, 1] * 40
    result = grouped(values, [0] * 40 + [1] * 40)
    assert disclosed(result, 80).result["table"]["rows"][0]["groups"][0]["count"] == 20


@pytest.mark.parametrize("levels", [(), ((0, "no"), (1, "yes"))])
def test_a_group_in_which_few_say_yes_is_not_told(levels: tuple[tuple[int, str], ...]) -> None:
    values = [1] * 4 + [0] * 36 + [0, 1] * 20
    told = disclosed(grouped(values, [0] * 40 + [1] * 40, levels=levels), 80)
    assert not told.is_whole
    for row in told.result["table"]["rows"]:
        assert row["groups"] == [] and row["difference"] is None and row["count"] is not None


def test_a_mean_by_group_of_two_values_is_not_told() -> None:
    """From the mean of 1s and 2s follows how many are 1s."""
    values = [1] * 4 + [2] * 36 + [1, 2] * 20
    told = disclosed(grouped(values, [0] * 40 + [1] * 40), 80)
    assert told.result["table"]["rows"][0]["groups"] == []


def test_the_rows_of_a_small_group_are_not_told() -> None:
    values = list(range(80))
    told = disclosed(grouped(values, [0] * 75 + [1] * 5), 80).result["table"]
    assert [one["n"] for one in told["groups"]] == [None, None]
    assert told["rows"][0]["groups"] == []


def test_weights_and_comparisons_of_small_cells_are_not_told() -> None:
    cells = [[3, 30], [50, 60]]
    pairs = [(r, c) for r, row in enumerate(cells) for c, n in enumerate(row) for _ in range(n)]
    rows, columns = (np.array(side) for side in zip(*pairs, strict=True))
    found = crosstab(
        rows,
        columns,
        np.zeros(len(pairs), bool),
        variable="a",
        by="b",
        asked=Asked(letters="holm", differences="wald", percent="row"),
        design=declare(np.linspace(0.5, 2, len(pairs))),
    )
    told = disclosed({"kind": "crosstab", "table": found.as_json()}, len(pairs)).result["table"]
    first = told["rows"][0]
    for name in ("counts", "percents", "weighted", "exact", "errors", "lows", "highs"):
        assert first[name][0] is None
    assert first["letters"] == [] and told["differences"] == []
    assert told["rao_scott"] is None and told["paired"] is None
    for place, n in enumerate(told["bases"]):
        assert (n is None) == (told["weighted_bases"][place] is None)


def test_influence_is_told_with_the_data_alone() -> None:
    few, many = ({"n": 40, "predicted": 0.5, "observed": share} for share in (0.1, 0.5))
    for groups, told in (([many, few], []), ([many, many], [many, many])):
        diagnostics = {"influence": {"cook": 3.0}, "calibration": groups, "vif": {"x": 1.0}}
        model = {"n_used": 80, "result": {"group_effects": [], "diagnostics": diagnostics}}
        (shown,) = disclosed({"kind": "logit", "models": [model]}, 80).result["models"]
        assert shown["result"]["diagnostics"] == {"influence": None, "calibration": told, "vif": {"x": 1.0}}


@pytest.mark.parametrize(("events", "told"), [(9, False), (10, True), (90, True), (91, False)])
def test_a_share_observed_is_a_count_by_another_name(events: int, told: bool) -> None:
    shares = {"observed": events / 100, "typical": 0.1, "averaged": 0.12}
    result = {"models": [{"n_used": 100, "result": {"group_effects": [], "probabilities": shares}}]}
    (model,) = disclosed(result, 100).result["models"]
    assert (model["result"]["probabilities"]["observed"] is not None) == told
    assert disclosed(result, 100).is_whole == told
