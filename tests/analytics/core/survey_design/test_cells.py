"""Sums by cell: where every row is a unit, the closed form is that of units with one row each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.survey_design import cell_sums, declare, mean


@given(st.integers(0, 10_000), st.sampled_from(["centre", "certainty"]), st.booleans())
@settings(max_examples=40, deadline=None)
def test_rows_as_units_are_units_with_one_row(seed: int, lonely: str, is_finite: bool) -> None:
    draw = np.random.default_rng(seed)
    n, k = int(draw.integers(6, 40)), 4
    weights, strata = draw.uniform(0, 3, n), draw.integers(0, max(n // 3, 1), n)
    population = 100.0 + strata if is_finite else None
    cell, combine = draw.integers(-1, k, n), draw.normal(size=(k, 3))
    rows = declare(weights, strata, lonely=lonely, population=population)
    units = declare(weights, strata, np.arange(n), lonely=lonely, population=population)
    one, other = cell_sums(rows, cell, k), cell_sums(units, cell, k)
    assert one.weighted == pytest.approx(other.weighted) and (one.counts == other.counts).all()
    assert one.covariance(combine) == pytest.approx(other.covariance(combine), rel=1e-9, abs=1e-9)
    assert one.variances(combine) == pytest.approx(np.diag(other.covariance(combine)), rel=1e-9, abs=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_a_share_is_a_mean_of_ones(seed: int) -> None:
    """Two routes to one standard error: by cells, and by the scores of rows."""
    draw = np.random.default_rng(seed)
    n = 60
    strata = np.arange(n) % 3
    units = draw.integers(0, 4, n) * 3 + strata
    design = declare(draw.uniform(0.5, 2, n), strata, units, lonely="centre")
    cell = draw.integers(-1, 2, n)
    if not (cell == 1).any():
        return
    sums, known = cell_sums(design, cell, 2), cell >= 0
    share = sums.weighted[1] / sums.weighted.sum()
    combine = (np.array([0.0, 1.0]) - share)[:, None] / sums.weighted.sum()
    found = mean(design, (cell == 1).astype(float), known)
    assert found.value == pytest.approx(share)
    assert found.error == pytest.approx(float(np.sqrt(sums.variances(combine)[0])), abs=1e-12)
