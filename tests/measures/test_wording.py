from datetime import date

import pytest

from measures.core.engine import Cell
from measures.core.expectations import matches, said
from measures.core.wording import read_wording
from surveys.core.codebook import Code, ValueType, Variable
from surveys.core.problems import Refused

EMPTY = {
    "labels": {}, "value_labels": [], "definition": "", "citation": "", "universe": "", "level": "unknown",
    "unit": "", "sign": "", "examples": [], "note": "",
}  # fmt: skip
MALE = Variable("male", ValueType.INTEGER, codes=(Code(1, {"en": "Male", "zh": "男"}),))


def test_every_mistake_of_a_wording_at_once() -> None:
    wrong = {"level": "nominall", "value_labels": [{"labels": {}}], "examples": [{"given": {}}]}
    with pytest.raises(Refused) as refused:
        read_wording("2fast", rule=" ", **EMPTY | wrong)
    problems = {problem.code: problem for problem in refused.value.problems}
    assert set(problems) == {"bad_name", "no_rule", "bad_level", "bad_value_label", "bad_example"}
    assert problems["bad_level"].near[0] == "nominal"


@pytest.mark.parametrize(
    ("cell", "then", "holds"),
    [
        (Cell(1, None), 1, True),
        (Cell(1, None), True, True),
        (Cell(1.0, None), 1, True),
        (Cell(0.3333333333, None), 1 / 3, True),
        (Cell(1, None), 0, False),
        (Cell(1, None), "male", True),
        (Cell(1, None), "男", True),
        (Cell(1, None), "female", False),
        (Cell("a", None), "a", True),
        (Cell(None, "refused"), {"missing": "refused"}, True),
        (Cell(None, "refused"), {"missing": "dont_know"}, False),
        (Cell(None, "refused"), None, True),
        (Cell(None, "refused"), 1, False),
        (Cell(1, None), None, False),
    ],
)
def test_what_an_example_expects(cell: Cell, then: object, holds: bool) -> None:
    assert matches(cell, then, MALE) is holds


def test_outcomes_in_words() -> None:
    assert said(Cell(None, "refused")) == said({"missing": "refused"}) == "missing (refused)"
    assert said(Cell(2, None)) == "2"


@pytest.mark.parametrize(
    "entry",
    [5, {}, {"value": [1]}, {"value": True}, {"value": float("nan")}, {"value": 1, "labels": {"en": 2}}],
)
def test_what_is_no_value_label(entry: object) -> None:
    with pytest.raises(Refused, match="value label 1"):
        read_wording("male", rule="1", **EMPTY | {"value_labels": [entry]})


def test_what_json_does_not_know_becomes_text() -> None:
    given = {"day": date(2014, 5, 1), "most": float("inf"), 3: b"x"}
    wording = read_wording("male", rule="1", **EMPTY | {"examples": [{"given": given, "then": 1}]})
    assert wording.examples[0]["given"] == {"day": "2014-05-01", "most": "inf", "3": "b'x'"}


@pytest.mark.parametrize(
    "told",
    [{"note": "a\0b"}, {"labels": {"zh": "\ud800"}}, {"examples": [{"given": {"a\0": 1}, "then": 1}]}],
)
def test_what_no_database_holds_is_refused(told: dict) -> None:
    with pytest.raises(Refused, match="cannot be stored") as refused:
        read_wording("male", rule="1", **EMPTY | told)
    assert [problem.where for problem in refused.value.problems] == list(told)


def test_a_definition_may_be_told_by_language() -> None:
    wording = read_wording("male", rule="1", **EMPTY | {"definition": {"en": "Sex.", "zh": "性别。"}})
    assert (wording.definition, wording.texts) == ("Sex.", {"definition": {"en": "Sex.", "zh": "性别。"}})
    chinese = read_wording("male", rule="1", **EMPTY | {"universe": {"zh": "全部"}})
    assert (chinese.universe, chinese.texts) == ("全部", {"universe": {"zh": "全部"}})
    assert read_wording("male", rule="1", **EMPTY | {"definition": "Sex."}).texts == {}
    with pytest.raises(Refused, match="a text, or texts by language"):
        read_wording("male", rule="1", **EMPTY | {"definition": {"en": 3}})
