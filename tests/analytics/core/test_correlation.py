"""Correlations: rows of each pair, limits that are said, and what is told of few rows."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.core.disclosure import disclosed
from analytics.core.frame import Column
from analytics.core.kinds import Outcome, read_spec, run_spec
from analytics.core.tables import table_of_result
from surveys.core.codebook import ValueType
from surveys.core.problems import Refused
from tests.analytics.columns import column


def frame() -> dict[str, Column]:
    draw = np.random.default_rng(6)
    x, e = draw.normal(size=(2, 200))
    rare = [1.0 * at if at < 8 else None for at in range(200)]
    third = [None if at % 10 == 0 else float(value) for at, value in enumerate(x + e)]
    return {
        "x": column("x", x.tolist()),
        "z": column("z", third),
        "same": column("same", [2.0] * 200),
        "rare": column("rare", rare),
        "above": column("above", (x > 0).astype(int).tolist(), ValueType.INTEGER),
        "far": column("far", (x > 0.3).astype(int).tolist(), ValueType.INTEGER),
        "word": column("word", ["a"] * 200, ValueType.TEXT),
    }


def run(text: str) -> Outcome:
    return run_spec(read_spec("kind: correlation\n" + text), frame())


def test_rows_of_each_pair_or_of_all() -> None:
    pairwise, listwise = run("variables: [x, z, above]"), run("variables: [x, z, above]\nmissing: listwise")
    assert [one["n"] for one in pairwise.result["table"]["pairs"]] == [180, 200, 180]
    assert [one["n"] for one in listwise.result["table"]["pairs"]] == [180] * 3
    assert (pairwise.n_used, listwise.n_used) == (200, 180)


def test_a_pair_without_a_correlation_is_said() -> None:
    outcome = run("variables: [x, same]")
    assert [check.code for check in outcome.checks] == ["no_correlation"]
    assert table_of_result(outcome.result).rows[1].cells[0].text == "–"  # type: ignore[union-attr]


def test_answers_that_never_meet_are_said() -> None:
    outcome = run("variables: [above, far]\nmethod: polychoric")
    assert [check.code for check in outcome.checks] == ["at_the_limit"]
    assert outcome.result["table"]["pairs"][0]["low"] is None


def test_correlations_of_few_rows_are_withheld() -> None:
    outcome = run("variables: [x, rare]")
    assert outcome.result["table"]["pairs"][0]["n"] == 8
    told = disclosed(outcome.result, outcome.n_used).result
    assert told["table"]["pairs"][0]["n"] is None and told["table"]["pairs"][0]["value"] is None
    assert table_of_result(told, "zh").rows


def test_texts_have_no_correlation() -> None:
    with pytest.raises(Refused, match="items are numbers"):
        run("variables: [x, word]")


def test_the_table_is_a_triangle() -> None:
    table = table_of_result(run("variables: [x, z, above]\nadjust: none").result)
    shown = [sum(cell is not None for cell in row.cells) for row in table.rows if row.section == "r"]
    assert shown == [1, 2, 3] and not any(row.section == "adjusted" for row in table.rows)
