"""Ranked questions: points, gaps, repeated options, and what is told of few rows."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.core.disclosure import disclosed
from analytics.core.frame import Column
from analytics.core.kinds import Outcome, read_spec, run_spec
from analytics.core.tables import table_of_result
from surveys.core.problems import Refused
from tests.analytics.columns import labelled

NAMES = {1: "rent", 2: "own", 3: "dorm", 4: "loan"}


def choices(rows: int = 400, seed: int = 8) -> dict[str, Column]:
    """Three different options of four in order; every fifth row leaves the third open."""
    draw = np.random.default_rng(seed)
    order = np.argsort(draw.random((rows, 4)), axis=1) + 1
    cells = [[int(one) for one in order[:, rank]] for rank in range(3)]
    cells[2] = [None if at % 5 == 0 else one for at, one in enumerate(cells[2])]  # type: ignore[misc]
    found = {f"r{rank + 1}": labelled(f"r{rank + 1}", own, NAMES) for rank, own in enumerate(cells)}
    found["g"] = labelled("g", (draw.integers(1, 3, rows)).tolist(), {1: "formal", 2: "informal"})
    return found


def run(text: str = "", frame: dict[str, Column] | None = None) -> Outcome:
    spec = "kind: ranked_response\nranks: [r1, r2, r3]\npoints: [0.5, 0.3, 0.2]\n"
    return run_spec(read_spec(spec + text), frame or choices())


def test_points_and_shares() -> None:
    frame = choices()
    rows = run(frame=frame).result["table"]["rows"]
    ranks = [np.array(frame[f"r{at}"].values.to_list(), dtype=float) for at in (1, 2, 3)]
    for code, row in zip(NAMES, rows, strict=True):
        one, two, three = (own == code for own in ranks)
        figures = row["figures"][-1]
        assert figures["counts"] == [one.sum(), two.sum(), three.sum()]
        assert figures["points"]["value"] == pytest.approx((0.5 * one + 0.3 * two + 0.2 * three).mean())
        by_hand = 0.5 * one.mean() + 0.3 * two.mean() + 0.2 * three.sum() / 320
        assert figures["shares"]["value"] == pytest.approx(100 * by_hand)
    assert sum(row["figures"][-1]["of_points"]["value"] for row in rows) == pytest.approx(100)
    assert sum(row["figures"][-1]["shares"]["value"] for row in rows) == pytest.approx(100)


def test_weighted_shares_of_complete_ranks_are_mean_points() -> None:
    """Where everyone names all ranks the two are one, and so are their errors: outside of ours alone."""
    frame = choices()
    kept = run("where: {r3: [1, 2, 3, 4]}", frame).result["table"]["rows"]
    for row in kept:
        figures = row["figures"][-1]
        assert figures["shares"]["value"] == pytest.approx(100 * figures["points"]["value"])
        assert figures["shares"]["std_error"] == pytest.approx(100 * figures["points"]["std_error"])


def test_ranks_that_do_not_fit_are_said() -> None:
    frame = choices()
    first = frame["r1"].values.to_list()
    frame["r1"] = labelled("r1", [None, *first[1:]], NAMES)
    second = frame["r2"].values.to_list()
    frame["r2"] = labelled("r2", [second[0], first[1], None, *second[3:]], NAMES)
    outcome = run(frame=frame)
    assert [check.code for check in outcome.checks] == ["repeated_answers", "no_first_rank", "skipped_rank"]
    assert outcome.n_used == 399 and outcome.n_lost == {"r1: refused": 1}


def test_options_of_few_are_withheld() -> None:
    frame = choices()
    third = [5 if at in (3, 7) else one for at, one in enumerate(frame["r3"].values.to_list())]
    frame["r3"] = labelled("r3", third, NAMES | {5: "rare"})
    outcome = run("by: g", frame)
    told = disclosed(outcome.result, outcome.n_used).result
    rows = told["table"]["rows"]
    withheld = [row["option"] for row in rows if row["figures"][0]["counts"] == [None] * 3]
    assert "5" in withheld and len(withheld) == 2  # shares of first places add to the whole
    assert {one["value"] for row in rows for one in (row["figures"][0]["of_points"],)} == {None}
    assert all(len(row["figures"]) == 1 for row in rows)
    assert {len(row.cells) for row in table_of_result(told, "zh").rows} == {3}


def test_the_table_names_the_rule() -> None:
    table = table_of_result(run("top: 2\nby: g").result)
    assert any("0.5, 0.3, 0.2" in note for note in table.notes)
    assert any(row.label == "% in the top 2: rent" for row in table.rows)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("points: [1, 2, 3]", "A later rank has more points"),
        ("points: [1]", "3 numbers"),
        ("top: 4", "from 1 to 3"),
    ],
)
def test_specifications_that_are_refused(text: str, word: str) -> None:
    with pytest.raises(Refused) as refused:
        read_spec("kind: ranked_response\nranks: [r1, r2, r3]\n" + text)
    assert word in " ".join(problem.message for problem in refused.value.problems)
