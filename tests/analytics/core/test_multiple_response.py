"""Questions with several answers: bases, absences, encodings, and what is told of few rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analytics.core.answers.adjusted import adjusted
from analytics.core.disclosure import disclosed
from analytics.core.frame import Column
from analytics.core.kinds import Outcome, read_spec, run_spec
from analytics.core.tables import table_of_result
from surveys.core.codebook import ValueType
from surveys.core.problems import Refused
from tests.analytics.columns import column, labelled

NAMES = {1: "rent", 2: "own", 3: "dorm"}


def answers(rows: int = 200, seed: int = 3) -> dict[str, Column]:
    """Two columns of codes and three of ticks that say the same; the first four rows did not answer."""
    draw = np.random.default_rng(seed)
    first = draw.integers(1, 4, rows)
    other = draw.integers(0, 4, rows)
    pairs = zip(other, first, strict=True)
    second = [int(one) if one != own and one else None for one, own in pairs]
    named = [None if at < 4 else int(code) for at, code in enumerate(first)]
    second = [None if at < 4 else code for at, code in enumerate(second)]
    ticks = {
        f"t{code}": column(
            f"t{code}",
            [None if a is None else int(code in (a, b)) for a, b in zip(named, second, strict=True)],
            ValueType.INTEGER,
            labels={"en": NAMES[code], "zh": f"选项{code}"},
        )
        for code in NAMES
    }
    sex = labelled("sex", draw.integers(1, 3, rows).tolist(), {1: "men", 2: "women"})
    return ticks | {"a": labelled("a", named, NAMES), "b": labelled("b", second, NAMES), "sex": sex}


def run(text: str, frame: dict[str, Column] | None = None) -> Outcome:
    return run_spec(read_spec("kind: multiple_response\n" + text), frame or answers())


def figures(outcome: Outcome) -> list[tuple[Any, ...]]:
    return [
        (one["count"], one["percent"], one["of_responses"], one["std_error"])
        for row in outcome.result["table"]["rows"]
        for one in row["figures"]
    ]


def test_codes_and_ticks_are_two_encodings_of_one_question() -> None:
    by_code, by_tick = (
        run("variables: [a, b]\nform: answers\nby: sex"),
        run("variables: [t1, t2, t3]\nby: sex"),
    )
    assert figures(by_code) == figures(by_tick)
    assert by_code.n_used == 196 and by_code.n_lost == {"a: refused": 4}
    assert by_code.result["option_labels"][0]["en"] == "rent"
    assert [check.code for check in by_code.checks] == ["nothing_is_absent"]


def test_shares_of_responses_add_to_the_whole_and_of_cases_to_more() -> None:
    rows = run("variables: [t1, t2, t3]").result["table"]["rows"]
    assert sum(row["figures"][-1]["of_responses"] for row in rows) == pytest.approx(100, abs=1e-9)
    assert sum(row["figures"][-1]["percent"] for row in rows) > 100


def test_rows_with_an_option_unknown() -> None:
    frame = answers()
    cells = [None if at < 10 else value for at, value in enumerate(frame["t3"].values.to_list())]
    frame["t3"] = column("t3", cells, ValueType.INTEGER)
    complete, some = (
        run("variables: [t1, t2, t3]", frame),
        run("variables: [t1, t2, t3]\nmissing: any", frame),
    )
    assert (complete.n_used, some.n_used) == (190, 196)
    assert [check.code for check in (*complete.checks, *some.checks)] == ["partial_answers"] * 2


def test_a_value_that_counts() -> None:
    frame = answers()
    cells = [2 - value if value is not None else None for value in frame["t1"].values]
    frame["t1"] = labelled("t1", cells, {1: "yes", 2: "no"})
    with pytest.raises(Refused) as refused:
        run("variables: [t1]", frame)
    assert "say which value is a tick" in refused.value.problems[0].message
    counted = run("variables: [t1]\ncounted: 1", frame).result["table"]["rows"][0]["figures"][0]["count"]
    assert counted == run("variables: [t1]").result["table"]["rows"][0]["figures"][0]["count"]


def test_an_option_of_few_is_withheld_with_what_it_follows_from() -> None:
    frame = answers()
    rare = [None if at < 4 else int(at in (7, 9)) for at in range(200)]
    frame["t3"] = column("t3", rare, ValueType.INTEGER)
    outcome = run("variables: [t1, t2, t3]\nby: sex", frame)
    told = disclosed(outcome.result, outcome.n_used)
    assert not told.is_whole
    rows, columns = told.result["table"]["rows"], told.result["table"]["columns"]
    assert set(rows[2]["figures"][0].values()) == {None} and rows[2]["test"] is None
    assert [one["responses"] for one in columns] == [None] * 3
    assert {one["of_responses"] for row in rows for one in row["figures"]} == {None}
    assert rows[0]["figures"][0]["count"] is not None
    assert all(row.label for row in table_of_result(told.result).rows)


def test_texts_of_few_are_not_named() -> None:
    cells = ["x;y"] * 30 + ["x"] * 30 + ["x;a name"] * 2
    frame = {"why": column("why", cells, ValueType.TEXT)}
    outcome = run("variables: [why]\nform: text", frame)
    assert len(outcome.result["option_labels"]) == 3
    told = disclosed(outcome.result, outcome.n_used).result
    assert [row["option"] for row in told["table"]["rows"]] == ["x", "y"] and "a name" not in str(told)


def test_adjusted_p_values() -> None:
    p = np.array([0.01, 0.04, 0.03, 0.5])
    assert adjusted(p, "holm").tolist() == pytest.approx([0.04, 0.09, 0.09, 0.5])
    assert adjusted(p, "bonferroni").tolist() == pytest.approx([0.04, 0.16, 0.12, 1.0])
    assert adjusted(p, "none").tolist() == p.tolist()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("variables: [a, b]\nform: text", "name one"),
        ("form: ticks", "missing"),
        ("variables: [a]\nby: a", "makes the groups as well"),
        ("variables: [a]\nform: answers\nmissing: any", "leave missing out"),
        ("variables: [a]\nbase: all", "not a base"),
    ],
)
def test_specifications_that_are_refused(text: str, word: str) -> None:
    with pytest.raises(Refused) as refused:
        read_spec("kind: multiple_response\n" + text)
    assert word in " ".join(problem.message for problem in refused.value.problems)
