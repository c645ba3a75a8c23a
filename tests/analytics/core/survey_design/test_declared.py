"""Designs: what they count, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.core.survey_design import check_design, declare, mean, proportion
from analytics.core.survey_design.checks import kish
from surveys.core.problems import Refused

ONES = np.ones(12)
STRATA = np.repeat([1, 2, 3], 4)
UNITS = np.tile([1, 1, 2, 2], 3)  # the same numbers in every stratum


def test_units_are_named_inside_their_stratum() -> None:
    design = declare(ONES, STRATA, UNITS)
    assert (design.n_psu, design.n_strata, design.df) == (6, 3, 3)
    assert declare(ONES, psu=UNITS).n_psu == 2
    assert declare(ONES, STRATA).df == 12 - 3 and declare(ONES).df == 11


def test_text_and_spread_codes_make_the_same_design() -> None:
    plain = declare(ONES, STRATA, UNITS)
    spread = declare(ONES, STRATA * 10**12, np.array([f"u{unit}" for unit in UNITS]))
    assert (plain.psu_stratum == spread.psu_stratum).all()
    assert plain.psu is not None and spread.psu is not None and (plain.psu == spread.psu).all()


@pytest.mark.parametrize("weights", [[-1.0], [np.nan], [np.inf]])
def test_weights_that_cannot_be_are_refused(weights: list[float]) -> None:
    with pytest.raises(Refused, match="Weights must be finite"):
        declare(np.array([*weights, 1.0]))


def test_single_units_are_a_choice() -> None:
    alone = np.where(STRATA == 1, 1, UNITS)
    with pytest.raises(Refused, match="1 of 3 strata have a single sampling unit"):
        declare(ONES, STRATA, alone)
    with pytest.raises(Refused, match="one sampling unit"):
        declare(ONES, psu=np.ones(12))
    y = np.arange(12.0)
    designs = {how: declare(ONES, STRATA, alone, lonely=how) for how in ("centre", "certainty")}
    errors = {how: mean(design, y, ONES > 0).error for how, design in designs.items()}
    assert errors["centre"] is not None and errors["certainty"] is not None
    assert errors["centre"] > errors["certainty"]


def test_a_census_of_units_has_no_sampling_error() -> None:
    y, everyone = np.arange(12.0), ONES > 0
    whole = declare(ONES, STRATA, UNITS, population=np.full(12, 2.0))
    assert mean(whole, y, everyone).error == 0
    with pytest.raises(Refused, match="more sampling units in the sample"):
        declare(ONES, STRATA, UNITS, population=ONES)
    with pytest.raises(Refused, match="differs between its rows"):
        declare(ONES, STRATA, UNITS, population=np.arange(12.0) + 5)


def test_a_share_of_nobody_has_no_interval() -> None:
    found = proportion(declare(ONES, STRATA, UNITS), ONES < 0, ONES > 0)
    assert (found.value, found.error, found.low, found.high) == (0.0, 0.0, None, None)
    assert mean(declare(ONES), ONES, ONES < 0).value is None


def test_kish_is_one_for_equal_weights_and_n_for_one_that_counts() -> None:
    assert kish(np.full(9, 4.2)) == pytest.approx(1)
    assert kish(np.array([1.0, 0, 0, 0])) == pytest.approx(4)


def test_units_without_rows_are_counted() -> None:
    design = declare(ONES, STRATA, UNITS)
    found = check_design(design, STRATA == 1, weights="w", psu="u")
    told = {check.code: check.message for check in found}
    assert "2 of 6 sampling units" in told["empty_psus"]
    assert "3 degrees of freedom" in told["few_psus"] and "1.00 (Kish)" in told["weighting_effect"]
