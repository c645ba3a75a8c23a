"""Worked examples: how answers are written down, and what is said when they cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from measures.core.engine import Cell
from measures.core.examples import evaluate_examples, read_given
from surveys.core.problems import Refused
from tests.measures.small_survey import rule


@pytest.mark.parametrize(
    ("text", "given", "cell"),
    [
        ("sex == 1", {"sex": "男"}, Cell(1, None)),
        ("sex == 1", {"sex": 2}, Cell(0, None)),
        ("sex == 1", {"sex": -1}, Cell(None, "refused")),
        ("sex == 1", {"sex": {"missing": "not_asked"}}, Cell(None, "not_asked")),
        ("sex == 1", {"sex": None}, Cell(None, "system")),
        ("union", {"union": True}, Cell(1, None)),
        ("region", {"region": "north"}, Cell("north", None)),
    ],
)
def test_answers_may_be_written_in_many_ways(text: str, given: dict[str, Any], cell: Cell) -> None:
    assert evaluate_examples(rule(text), [given]) == [cell]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "missing_in_example"),
        ({"sex": 1, "sx": 1}, "unused_in_example"),
        ({"sex": "mal"}, "unknown_label"),
        ({"sex": {"missing": "tired"}}, "unknown_reason"),
        ({"sex": [1]}, "unreadable_example"),
    ],
)
def test_examples_that_cannot_be_read(given: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_given(rule("sex == 1"), given)
    assert code in [problem.code for problem in refused.value.problems]


def test_a_fitted_rule_has_no_examples() -> None:
    with pytest.raises(Refused, match="fitted on a sample"):
        evaluate_examples(rule("standardise(a)"), [{"a": 1}])
