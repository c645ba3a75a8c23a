"""Newton's logit: what it satisfies, and what it does where there is no answer."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.estimators.logit import fit_logit
from analytics.core.results import ModelResult
from tests.analytics.core.estimators.data import survey


def errors(result: ModelResult) -> list[str]:
    return [check.code for check in result.checks if check.severity == "error"]


def no_numbers(result: ModelResult) -> None:
    assert not result.converged
    assert result.estimates == () and result.fit is None


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_the_score_is_zero_at_the_answer(seed: int) -> None:
    s = survey(300, seed=seed)
    result = fit_logit(s.y, s.x, s.terms)
    beta = np.array([e.estimate for e in result.estimates])
    p = 1 / (1 + np.exp(-(s.x @ beta)))
    assert np.abs((s.y - p) @ s.x / np.abs(s.x).sum(axis=0)).max() < 1e-9


@given(seed=st.integers(0, 10_000), shift=st.floats(-1e4, 1e4), scale=st.floats(1e-3, 1e3))
@settings(max_examples=15, deadline=None)
def test_units_and_origin_of_a_column_do_not_matter(seed: int, shift: float, scale: float) -> None:
    s = survey(300, seed=seed)
    moved = s.x.copy()
    moved[:, 1] = shift + scale * moved[:, 1]
    first, second = fit_logit(s.y, s.x, s.terms), fit_logit(s.y, moved, s.terms)
    assert first.fit is not None and second.fit is not None
    assert second.fit.loglik == pytest.approx(first.fit.loglik, abs=1e-7)
    assert second.of("score").statistic == pytest.approx(first.of("score").statistic, rel=1e-5, abs=1e-6)
    assert second.of("score").estimate * scale == pytest.approx(
        first.of("score").estimate, rel=1e-5, abs=1e-7
    )


def test_same_input_same_json() -> None:
    s = survey()
    first, second = (json.dumps(fit_logit(s.y, s.x, s.terms).as_json(), allow_nan=False) for _ in range(2))
    assert first == second


def test_fit_statistics_say_what_they_count() -> None:
    s = survey()
    fit = fit_logit(s.y, s.x, s.terms).fit
    assert fit is not None
    assert (fit.n, fit.df, fit.bic_n, fit.bic_convention) == (600, 5, 600, "rows")
    assert fit.aic == pytest.approx(2 * 5 - 2 * fit.loglik)


def test_without_an_intercept() -> None:
    s = survey()
    result = fit_logit(s.y, s.x[:, 1:3], s.terms[1:3])
    assert result.converged
    assert result.fit is not None and result.fit.lr_chi2 is None


def test_a_dummy_without_events_is_named() -> None:
    s = survey()
    rare = np.zeros(600)
    rare[:7] = 1
    y = s.y.copy()
    y[:7] = 0
    result = fit_logit(y, np.column_stack([s.x, rare]), (*s.terms, "rare"))
    no_numbers(result)
    (check,) = [check for check in result.checks if check.code == "separation"]
    assert check.terms == ("rare",) and "for some of the rows" in check.message


def test_separation_by_a_number_is_named() -> None:
    s = survey()
    telling = s.x[:, 1] + 10 * s.y
    result = fit_logit(s.y, np.column_stack([s.x[:, :3], telling]), (*s.terms[:3], "telling"))
    no_numbers(result)
    (check,) = [check for check in result.checks if check.severity == "error"]
    assert check.code == "separation"
    assert "telling" in check.terms and "in every row" in check.message


@pytest.mark.parametrize("near", [1.0, 1e-3, 1e-6])
def test_complete_separation_is_told_apart_from_that_of_some_rows(near: float) -> None:
    """y = 1 where x > 0, the rows beside 0 as near to it as may be; then one row of each that overlaps."""
    x = np.concatenate([np.linspace(-50, -near, 100), np.linspace(near, 50, 100)])
    y = (x > 0).astype(float)
    design = np.column_stack([np.ones(200), x])
    (whole,) = fit_logit(y, design, ("(Intercept)", "x")).checks
    assert whole.code == "separation" and "in every row" in whole.message
    x[99] = x[100] = 0.0
    (some,) = fit_logit(y, np.column_stack([np.ones(200), x]), ("(Intercept)", "x")).checks
    assert some.code == "separation" and "for some of the rows" in some.message
    (alike,) = fit_logit(y, np.column_stack([np.ones(200), 1 - y]), ("(Intercept)", "twin")).checks
    assert alike.code == "separation" and "in every row" in alike.message
    halves = np.column_stack([(x > 0).astype(float), x])
    without = fit_logit(y, halves, ("a", "x")).checks[-1]  # no constant: 0 has to part the outcomes
    assert without.code == "separation" and "for some of the rows" in without.message


def test_quasi_separation_by_two_columns_together_is_named() -> None:
    """Neither column tells the outcomes apart; where both are 1 every row has the event."""
    draw = np.random.default_rng(3)
    a, b = (draw.random(500) < 0.4).astype(float), (draw.random(500) < 0.4).astype(float)
    y = np.where(a * b == 1, 1.0, (draw.random(500) < 0.5).astype(float))
    x = np.column_stack([np.ones(500), a, b, a * b])
    result = fit_logit(y, x, ("(Intercept)", "a", "b", "a:b"))
    no_numbers(result)
    assert [check.terms for check in result.checks if check.code == "separation"] == [("a:b",)]


def test_quasi_separation_by_a_difference_is_found() -> None:
    """Rows with u = v overlap, all others are told apart by u - v: only a direction shows it."""
    draw = np.random.default_rng(5)
    u, v = draw.integers(0, 4, 400).astype(float), draw.integers(0, 4, 400).astype(float)
    y = np.where(u > v, 1.0, np.where(u < v, 0.0, (draw.random(400) < 0.5).astype(float)))
    result = fit_logit(y, np.column_stack([np.ones(400), u, v]), ("(Intercept)", "u", "v"))
    no_numbers(result)
    (check,) = [check for check in result.checks if check.code == "separation"]
    assert check.terms == ("u", "v") and "for some of the rows" in check.message


def test_a_strong_effect_is_not_taken_for_separation() -> None:
    draw = np.random.default_rng(7)
    score = draw.normal(size=2000)
    y = (draw.random(2000) < 1 / (1 + np.exp(-9 * score))).astype(float)
    result = fit_logit(y, np.column_stack([np.ones(2000), score]), ("(Intercept)", "score"))
    assert result.converged
    assert result.of("score").estimate == pytest.approx(9, abs=2)


def test_a_collinear_column_is_left_out_and_its_set_named() -> None:
    s = survey()
    x = np.column_stack([s.x, s.x[:, 1] - 2 * s.x[:, 2]])
    result = fit_logit(s.y, x, (*s.terms, "both"))
    assert result.converged
    assert result.dropped == ("both",)
    (check,) = [check for check in result.checks if check.code == "collinear"]
    assert check.terms == ("both", "score", "dummy")
    assert result.fit == fit_logit(s.y, s.x, s.terms).fit


@pytest.mark.parametrize(
    ("y", "code"),
    [(np.zeros(600), "constant_outcome"), (np.linspace(0, 1, 600), "outcome_not_binary")],
)
def test_an_outcome_that_cannot_be_explained(y: np.ndarray, code: str) -> None:
    s = survey()
    result = fit_logit(y, s.x, s.terms)
    no_numbers(result)
    assert errors(result) == [code]


def test_too_few_rows() -> None:
    s = survey()
    result = fit_logit(s.y[:4], s.x[:4], s.terms)
    no_numbers(result)
    assert "too_few_rows" in errors(result) or "constant_outcome" in errors(result)


def test_absences_must_be_gone() -> None:
    s = survey()
    s.x[3, 1] = np.nan
    with pytest.raises(ValueError, match="finite"):
        fit_logit(s.y, s.x, s.terms)
