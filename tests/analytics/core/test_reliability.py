"""Reliability: what is said of items that do not fit, of groups without figures, and what is told."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.core.disclosure import disclosed
from analytics.core.frame import Column
from analytics.core.kinds import Outcome, read_spec, run_spec
from analytics.core.tables import table_of_result
from surveys.core.codebook import ValueType
from surveys.core.problems import Refused
from tests.analytics.columns import column, labelled

SCALE = {1: "no", 2: "rather not", 3: "rather", 4: "yes"}


def items(rows: int = 300, seed: int = 5) -> dict[str, Column]:
    """Four items of four answers, the last worded the other way; a group of four rows."""
    draw = np.random.default_rng(seed)
    common = draw.normal(size=rows)
    cells = [np.clip(np.round(2.5 + common + draw.normal(size=rows)), 1, 4).astype(int) for _ in range(4)]
    cells[3] = 5 - cells[3]
    found = {f"i{at + 1}": labelled(f"i{at + 1}", own.tolist(), SCALE) for at, own in enumerate(cells)}
    found["g"] = labelled("g", [1 if at < 4 else 2 + at % 2 for at in range(rows)], {1: "a", 2: "b", 3: "c"})
    found["x"] = column("x", draw.normal(size=rows).tolist())
    return found


def run(text: str, frame: dict[str, Column] | None = None) -> Outcome:
    return run_spec(read_spec("kind: reliability\n" + text), frame or items())


def codes(outcome: Outcome) -> list[str]:
    return [check.code for check in outcome.checks]


def test_an_item_worded_the_other_way_is_named() -> None:
    outcome = run("items: [i1, i2, i3, i4]")
    assert [check.terms for check in outcome.checks if check.code == "against_the_others"] == [("i4",)]
    turned = run("items: [i1, i2, i3, i4]\nreversed: [i4]")
    assert codes(turned) == [] and turned.result["table"]["turned"] == {"i4": [1.0, 4.0]}
    before, after = (one.result["table"]["groups"][0]["items"][3]["mean"] for one in (outcome, turned))
    assert after == pytest.approx(5 - before)


def test_a_scale_without_known_ends_is_said_and_its_ends_are_not_told() -> None:
    outcome = run("items: [i1, i2, x]\nreversed: [x]")
    assert "guessed_ends" in codes(outcome)
    told = disclosed(outcome.result, outcome.n_used).result["table"]
    assert told["turned"] == {"x": None}
    assert "(R)" in table_of_result({**outcome.result, "table": told}).as_text()


def test_a_group_without_figures_does_not_tell_its_size() -> None:
    outcome = run("items: [i1, i2, i3, i4]\nreversed: [i4]\nby: g")
    assert codes(outcome) == ["no_figures"]
    assert [one["alpha"] is None for one in outcome.result["table"]["groups"]] == [True, False, False, False]
    told = disclosed(outcome.result, outcome.n_used).result
    assert [one["n"] for one in told["table"]["groups"]] == [None, None, None, 300]
    assert table_of_result(told, "zh").rows[0].label == "Cronbach α"


def test_a_mean_that_tells_a_small_count_is_withheld() -> None:
    frame = items()
    rare = [1 if at in (3, 50, 200) else 0 for at in range(300)]
    frame["rare"] = column("rare", rare, ValueType.INTEGER)
    outcome = run("items: [i1, i2, rare]", frame)
    item = disclosed(outcome.result, outcome.n_used).result["table"]["groups"][0]["items"][2]
    assert (item["mean"], item["sd"], item["rarest"]) == (None, None, None) and item["item_rest"] is not None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("items: [i1]", "2 to 100"),
        ("items: [i1, i2]\nreversed: [i9]", "not among the items"),
        ("items: [i1, i2]\ncorrelations: kendall", "is not a correlations"),
    ],
)
def test_specifications_that_are_refused(text: str, word: str) -> None:
    with pytest.raises(Refused) as refused:
        run(text)
    assert word in " ".join(problem.message for problem in refused.value.problems)


def test_an_item_of_many_values_has_no_polychoric_correlation() -> None:
    with pytest.raises(Refused, match="ordered categories"):
        run("items: [i1, i2, x]\ncorrelations: polychoric")
