"""Column percentages, bases and the test, on published counts and on drawn ones."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from analytics.core.crosstab import crosstab, percent
from analytics.core.results_tables import CrosstabResult

# Intention to settle by employment, 600 migrants: whole counts of a published table and its percentages.
FORMAL, INFORMAL = (68, 33, 99, 27, 73), (47, 20, 154, 20, 59)
ANSWERS = ("settle", "other city", "return", "circulate", "undecided")


def table(formal: tuple[int, ...], informal: tuple[int, ...], absent: int = 0) -> CrosstabResult:
    answers = np.concatenate([np.repeat(np.arange(len(counts)), counts) for counts in (formal, informal)])
    groups = np.concatenate([np.full(sum(formal), 1), np.full(sum(informal), 2)])
    answers, groups = np.append(answers, [0] * absent), np.append(groups, [1] * absent)
    gone = np.arange(len(answers)) >= len(answers) - absent
    levels = tuple((i, ANSWERS[i]) for i in range(len(formal)))
    columns = ((1, "formal"), (2, "informal"))
    return crosstab(
        answers, groups, gone, variable="intention", by="employment", levels=levels, columns=columns
    )


def test_published_percentages() -> None:
    result = table(FORMAL, INFORMAL, absent=3)
    assert result.columns == ("formal", "informal", "All")
    assert result.bases == (300, 300, 600)
    assert result.rows[0].counts == (68, 47, 115)
    assert result.rows[0].percents == (22.67, 15.67, 19.17)
    assert result.rows[1].percents == (11.00, 6.67, 8.83)
    assert result.n == 600


def test_the_test_is_pearsons() -> None:
    result = table(FORMAL, INFORMAL)
    outside = chi2_contingency(np.array([FORMAL, INFORMAL]).T, correction=False)
    assert result.chi_square is not None
    assert result.chi_square.statistic == pytest.approx(outside.statistic, rel=1e-12)
    assert result.chi_square.p_value == pytest.approx(outside.pvalue, rel=1e-10)
    assert result.chi_square.df == outside.dof
    assert result.chi_square.cramers_v == pytest.approx((outside.statistic / 600) ** 0.5)
    assert result.checks == ()


def test_small_expected_counts_are_said() -> None:
    result = table((1, 2, 3), (0, 3, 1))
    assert [check.code for check in result.checks] == ["small_expected"]


def test_a_category_without_rows_is_shown_and_not_tested() -> None:
    result = table((5, 0, 7), (6, 0, 4))
    assert result.rows[1].counts == (0, 0, 0)
    assert result.chi_square is not None and result.chi_square.df == 1


def test_a_single_column_is_not_tested() -> None:
    result = table((5, 6), (0, 0))
    assert result.chi_square is None
    assert result.rows[0].percents == (45.45, None, 45.45)
    assert [check.code for check in result.checks] == ["no_test"]


@given(st.integers(0, 10_000), st.integers(1, 10_000), st.integers(0, 4))
def test_percentages_are_the_nearest_and_halves_go_up(count: int, base: int, decimals: int) -> None:
    shown = percent(count, base, decimals)
    assert shown is not None
    exact = Fraction(100 * count, base) * 10**decimals
    nearest = round(shown * 10**decimals)
    assert abs(nearest - exact) <= Fraction(1, 2)
    assert nearest - exact != Fraction(-1, 2)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=80))
def test_every_row_is_counted_once(pairs: list[tuple[int, int]]) -> None:
    values, groups = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
    result = crosstab(values, groups, np.zeros(len(pairs), dtype=bool), variable="a", by="b")
    assert sum(row.counts[-1] for row in result.rows) == len(pairs) == result.bases[-1]
    for row in result.rows:
        assert sum(row.counts[:-1]) == row.counts[-1]
