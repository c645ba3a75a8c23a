"""Design matrices: names of columns, coding of factors, rows lost and why, centring."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.core.design import Design, binary_outcome, build
from analytics.core.design_checks import check_names, check_types
from analytics.core.formula import parse
from analytics.core.frame import Column
from analytics.core.sample import listwise
from surveys.core.codebook import Level, ValueType
from surveys.core.problems import Refused
from tests.analytics.columns import column, labelled


def _frame() -> dict[str, Column]:
    return {
        "y": column("y", [1, 2, 3, 4, 5, None]),
        "x": column("x", [1, 2, 3, 4, None, 6]),
        "job": labelled("job", [1, 2, 3, 2, 1, 3], {3: "office", 1: "farm", 2: "factory", 7: "none"}),
        "sex": column("sex", ["m", "f", "m", "f", "m", "f"], ValueType.TEXT),
        "day": column("day", [None] * 6, ValueType.DATE),
    }


def _design(text: str, frame: dict[str, Column] | None = None) -> Design:
    frame = frame or _frame()
    formula = parse(text)
    sample = listwise(frame, formula.variables, [formula])
    return build(formula, frame, sample, np.zeros(sample.n))


DESIGNS = [
    ("y ~ x", ["(Intercept)", "x"]),
    ("y ~ 0 + x", ["x"]),
    ("y ~ job", ["(Intercept)", "job[1]", "job[2]"]),  # codebook order: office is first, unused 7 dropped
    ("y ~ C(job, ref=1)", ["(Intercept)", "C(job)[3]", "C(job)[2]"]),
    ('y ~ C(job, ref="factory")', ["(Intercept)", "C(job)[3]", "C(job)[1]"]),
    ("y ~ sex", ["(Intercept)", "sex[m]"]),  # sorted order without a codebook
    ("y ~ 0 + sex", ["sex[f]", "sex[m]"]),  # nothing else carries the constant
    ("y ~ x + sex:x", ["(Intercept)", "x", "sex[m]:x"]),
    ("y ~ sex:x", ["(Intercept)", "sex[f]:x", "sex[m]:x"]),  # x alone is not in the model: R codes in full
    ("y ~ center(x) + I(x^2) + ln(x)", ["(Intercept)", "center(x)", "I(x^2)", "ln(x)"]),
]


@pytest.mark.parametrize(("text", "names"), DESIGNS)
def test_columns(text: str, names: list[str]) -> None:
    design = _design(text)
    assert list(design.names) == names
    assert design.matrix.shape == (len(design.matrix), len(names))


def test_numbers_of_a_design() -> None:
    design = _design("y ~ center(x)*job")
    assert design.means == {"x": 2.5}
    assert design.references == {"job": "office"}
    by_name = dict(zip(design.names, design.matrix.T.tolist(), strict=True))
    assert by_name["center(x)"] == [-1.5, -0.5, 0.5, 1.5]
    assert by_name["center(x):job[2]"] == [0, -0.5, 0, 1.5]
    assert [c.key for c in design.columns if ":" in c.key] == ["x:job[1]", "x:job[2]"]
    assert design.columns[-1].labels["en"] == "x × job: factory"


def test_every_row_lost_is_counted_once() -> None:
    frame = _frame() | {"w": column("w", [None, -1, 0, 2, None, None])}
    sample = listwise(frame, ("y", "x", "w"), [parse("y ~ x + ln(w)")], {"sex": ["m", "f"]})
    assert sample.lost == {"y: refused": 1, "x: refused": 1, "w: refused": 1, "ln(w): not positive": 2}
    assert sample.n + sum(sample.lost.values()) == 6


def test_rows_outside_where_and_infinite_numbers() -> None:
    frame = _frame() | {"w": column("w", [1.0, float("inf"), 1.0, 1.0, 1.0, 1.0])}
    sample = listwise(frame, ("w",), (), {"job": [1, 2]})
    assert sample.lost == {"job: outside “where”": 2, "w: not finite": 1}


def test_where_speaks_codes_or_labels_and_refuses_unknown_ones() -> None:
    assert listwise(_frame(), (), (), {"job": ["office", 2]}).n == 4
    assert listwise(_frame(), (), (), {"job": [7]}).n == 0
    assert listwise(_frame(), (), (), {"x": [1, 2.0]}).n == 2
    with pytest.raises(Refused, match=r"“offise” .* Did you mean office"):
        listwise(_frame(), (), (), {"job": ["offise"]})


def test_unknown_names_are_told_with_position_and_near_misses() -> None:
    problems = check_names(parse("yy ~ x + jop + jop:x"), _frame())
    assert [(p.position, p.near) for p in problems] == [((0, 2), ("y",)), ((9, 12), ("job",))]


@pytest.mark.parametrize("text", ["y ~ ln(job)", "y ~ day", "y ~ center(sex)"])
def test_types_that_do_not_fit(text: str) -> None:
    assert [p.code for p in check_types(parse(text), _frame())] == ["wrong_type"]


BAD_LEVELS = [
    ('y ~ C(job, ref="offise")', "unknown_level", "Did you mean office?"),
    ("y ~ C(job, ref=7)", "unused_level", "No row"),
]


@pytest.mark.parametrize(("text", "code", "words"), BAD_LEVELS)
def test_bad_levels(text: str, code: str, words: str) -> None:
    with pytest.raises(Refused) as caught:
        _design(text)
    assert caught.value.problems[0].code == code
    assert words in str(caught.value)


def test_values_of_respondents_are_not_quoted() -> None:
    frame = _frame() | {"note": column("note", [f"secret {i}" for i in range(6)], ValueType.TEXT)}
    with pytest.raises(Refused) as caught:
        _design('y ~ C(note, ref="x")', frame)
    assert "secret" not in str(caught.value)


def test_too_many_categories() -> None:
    frame = {"y": column("y", range(300)), "id": column("id", [f"{i}" for i in range(300)], ValueType.TEXT)}
    with pytest.raises(Refused, match="300 categories"):
        _design("y ~ id", frame)


def test_ambiguous_label() -> None:
    frame = _frame() | {"job": labelled("job", [1, 2, 3, 2, 1, 3], {1: "other", 2: "other", 3: "x"})}
    with pytest.raises(Refused, match="1, 2"):
        _design('y ~ C(job, ref="other")', frame)


OUTCOMES = [
    ([0, 1, 1, 0], None, [0, 1, 1, 0]),
    ([1, 2, 2, 1], 1, [1, 0, 0, 1]),
    ([1, 2, 2, 1], "no", [0, 1, 1, 0]),
]


@pytest.mark.parametrize(("cells", "wanted", "ones"), OUTCOMES)
def test_binary_outcomes(cells: list[int], wanted: int | str | None, ones: list[int]) -> None:
    outcome = labelled("o", cells, {1: "yes", 2: "no"})
    assert binary_outcome(outcome, listwise({"o": outcome}, ["o"]), wanted).tolist() == ones


BAD_OUTCOMES = [
    ([1, 2, 2, 1], None, "outcome_value", "1 (yes) or 2 (no)"),
    ([1, 2, 3, 1], None, "outcome_not_binary", "3 different values"),
    ([1, 1, 1, 1], None, "outcome_constant", "does not vary"),
    ([1, 2, 2, 1], "yess", "unknown_level", "Did you mean yes?"),
]


@pytest.mark.parametrize(("cells", "wanted", "code", "words"), BAD_OUTCOMES)
def test_bad_outcomes(cells: list[int], wanted: str | None, code: str, words: str) -> None:
    outcome = labelled("o", cells, {1: "yes", 2: "no"})
    with pytest.raises(Refused) as caught:
        binary_outcome(outcome, listwise({"o": outcome}, ["o"]), wanted)
    assert caught.value.problems[0].code == code
    assert words in str(caught.value)


def test_a_labelled_zero_one_dummy_stays_a_number() -> None:
    frame = _frame() | {"d": labelled("d", [0, 1, 0, 1, 1, 0], {0: "no", 1: "yes"}, level=Level.NOMINAL)}
    assert list(_design("y ~ d", frame).names) == ["(Intercept)", "d"]
