"""Weighted tables and their errors against R survey, on our own data and on a public health survey.

The data are tests/reference/city3k (ours); nhanes_design is read where the shared folder is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.core.crosstab import Asked, crosstab
from analytics.core.descriptives import Described, Groups, describe
from analytics.core.survey_design import SurveyDesign, declare, mean, proportion, ratio, total
from analytics.core.table_results import CrosstabResult
from tests.conftest import SHARED
from tests.reference.cases import HERE, Case, load

CLOSED = 1e-10  # closed forms on both sides; R prints 15 digits
LOGIT = 1e-9  # quantiles of t and the logit scale on the way
TEST = 1e-8  # matrices are solved, and R's contrasts are others than ours
P_VALUE = 1e-7  # small tails of F

DESIGNS = ("full", "fpc", "strata_only", "weights_only")
ROWS, COLUMNS = ("other", "own", "rent"), ("full", "none", "part", "retired", "student")


@pytest.fixture(scope="module")
def case() -> Case:
    rows = load(HERE / "city3k", ("city",)).rows
    return Case(rows, load(HERE / "tables", data="../city3k/data.csv").reference)


def design(rows: pl.DataFrame, name: str = "full", lonely: str = "refuse") -> SurveyDesign:
    strata, psu = rows["stratum"].to_numpy(), rows["psu"].to_numpy()
    return declare(
        rows["weight"].to_numpy(),
        None if name == "weights_only" else strata,
        psu if name in ("full", "fpc") else None,
        lonely=lonely,
        population=60.0 + strata % 10 if name == "fpc" else None,
    )


def numbers(case: Case, name: str) -> tuple[np.ndarray, np.ndarray]:
    found = case.rows[name].cast(pl.Float64)
    return found.to_numpy(), found.is_not_null().to_numpy()


@pytest.mark.parametrize("name", DESIGNS)
def test_means_totals_ratios_and_shares(case: Case, name: str) -> None:
    own, r = design(case.rows, name), case.reference[name]
    everyone = np.ones(own.n, dtype=bool)
    assert own.df == r["df"]
    for variable in ("age", "inc"):
        x, known = numbers(case, variable)
        found = mean(own, x, known)
        assert found.value == pytest.approx(r[variable]["mean"], rel=CLOSED)
        assert found.error == pytest.approx(r[variable]["se"], rel=CLOSED)
    age = numbers(case, "age")[0]
    added = total(own, age, everyone)
    assert added.value == pytest.approx(r["total_age"], rel=CLOSED)
    assert added.error == pytest.approx(r["total_age_se"], rel=CLOSED)
    found = ratio(own, numbers(case, "kids")[0], numbers(case, "hh")[0], everyone)
    assert found.value == pytest.approx(r["ratio"], rel=CLOSED)
    assert found.error == pytest.approx(r["ratio_se"], rel=CLOSED)
    car = proportion(own, numbers(case, "car")[0] == 1, everyone)
    assert car.value == pytest.approx(r["share_car"]["est"], rel=CLOSED)
    assert car.low == pytest.approx(r["share_car"]["lo"], rel=LOGIT)
    assert car.high == pytest.approx(r["share_car"]["hi"], rel=LOGIT)


@pytest.mark.parametrize("name", DESIGNS)
def test_a_domain_keeps_the_units_that_it_does_not_reach(case: Case, name: str) -> None:
    inside = ((case.rows["female"] == 1) & (case.rows["city"] == "C03")).to_numpy()
    found, r = (
        mean(design(case.rows, name), numbers(case, "age")[0], inside),
        case.reference[name]["domain_age"],
    )
    assert found.value == pytest.approx(r["mean"], rel=CLOSED)
    assert found.error == pytest.approx(r["se"], rel=CLOSED)


@pytest.mark.parametrize("name", DESIGNS)
def test_a_descriptive_table_by_group(case: Case, name: str) -> None:
    r, everyone = case.reference[name], np.zeros(len(case.rows), dtype=bool)
    income, known = numbers(case, "inc")
    groups = Groups("female", case.rows["female"], ((0, "men"), (1, "women")))
    described = [
        Described("age", case.rows["age"].to_numpy(), everyone),
        Described("inc", income, ~known),
    ]
    age, inc = describe(described, groups=groups, design=design(case.rows, name)).rows
    for row, variable in ((age, "age"), (inc, "inc")):
        for figure, key in ((row.mean, "mean"), (row.std_error, "se"), (row.sd, "sd")):
            assert figure == pytest.approx(r[variable][key], rel=CLOSED)
    assert [one.mean for one in age.groups] == pytest.approx(r["by_sex_age"]["est"], rel=CLOSED)
    assert [one.std_error for one in age.groups] == pytest.approx(r["by_sex_age"]["se"], rel=CLOSED)


def crossed(case: Case, name: str, variable: str, by: str, asked: Asked | None = None) -> CrosstabResult:
    values, groups = case.rows[variable], case.rows[by]
    absent = (values.is_null() | groups.is_null()).to_numpy()
    own = design(case.rows, name) if name else None
    return crosstab(values, groups, absent, variable=variable, by=by, asked=asked, design=own)


@pytest.mark.parametrize("name", DESIGNS)
def test_a_crosstab_and_its_test(case: Case, name: str) -> None:
    table, r = crossed(case, name, "tenure", "emp"), case.reference[name]["tab"]
    assert [row.level for row in table.rows] == r["rows"] and list(table.columns[:-1]) == r["cols"]
    for at, row in enumerate(table.rows):
        assert row.weighted[:-1] == pytest.approx(r["weighted"][at], rel=CLOSED)
        assert row.exact[:-1] == pytest.approx([100 * one[at] for one in r["percent"]], rel=CLOSED)
        assert row.errors[:-1] == pytest.approx([100 * one[at] for one in r["se"]], rel=CLOSED)
    whole = crossed(case, name, "tenure", "emp", Asked(percent="total"))
    made = [row.errors[column] for column in range(5) for row in whole.rows]
    assert made == pytest.approx([100 * one for one in r["total_se"]], rel=CLOSED)
    test = table.rao_scott
    assert test is not None and table.chi_square is None
    assert test.statistic == pytest.approx(r["F"], rel=TEST)
    assert [test.df1, test.df2] == pytest.approx(r["df"], rel=TEST)
    assert test.p_value == pytest.approx(r["p"], rel=P_VALUE)
    assert test.pearson == pytest.approx(r["pearson"], rel=TEST)


@pytest.mark.parametrize("name", DESIGNS)
def test_a_crosstab_of_a_domain(case: Case, name: str) -> None:
    """The denominator is ours: degrees of freedom of the whole design; R counts units with rows."""
    outside = ~((case.rows["female"] == 1) & (case.rows["city"] == "C03")).to_numpy()
    own = design(case.rows, name)
    found = crosstab(case.rows["tenure"], case.rows["emp"], outside, variable="t", by="e", design=own)
    test, r = found.rao_scott, case.reference[name]["domain_tab"]
    assert test is not None
    assert test.statistic == pytest.approx(r["F"], rel=TEST)
    assert test.df1 == pytest.approx(r["df1"], rel=TEST)
    assert test.df2 == pytest.approx(r["df1"] * own.df, rel=TEST)


@pytest.mark.parametrize("name", DESIGNS)
def test_a_difference_of_columns(case: Case, name: str) -> None:
    from scipy.stats import t

    table, r = crossed(case, name, "tenure", "female", Asked(differences="wald")), case.reference[name]
    found = next(one for one in table.differences if one.row == ROWS.index("own"))
    assert found.value == pytest.approx(100 * r["own_by_sex"]["diff"], rel=CLOSED)
    reach = 100 * t.ppf(0.975, r["df"]) * r["own_by_sex"]["se"]
    assert found.high is not None and found.low is not None
    assert (found.high - found.low) / 2 == pytest.approx(reach, rel=LOGIT)


@pytest.mark.parametrize(("how", "called"), [("centre", "adjust"), ("certainty", "certainty")])
def test_strata_with_one_unit(case: Case, how: str, called: str) -> None:
    alone = pl.col("stratum").is_in([11, 12])
    rows = case.rows.filter(~alone | (pl.col("psu") == pl.col("psu").min().over("stratum")))
    own, r = design(rows, "full", how), case.reference["lonely"][called]
    found = mean(own, rows["age"].to_numpy(), np.ones(own.n, dtype=bool))
    assert found.value == pytest.approx(r["mean"], rel=CLOSED)
    assert found.error == pytest.approx(r["se"], rel=CLOSED)
    assert own.df == r["df"]
    nobody = np.zeros(own.n, dtype=bool)
    table = crosstab(
        rows["tenure"], pl.repeat(0, own.n, eager=True), nobody, variable="t", by="g", design=own
    )
    assert [row.errors[0] for row in table.rows] == pytest.approx(
        [100 * e for e in r["tenure_se"]], rel=CLOSED
    )


def square(case: Case, name: str) -> CrosstabResult:
    return crossed(case, name, "q1", "q2", Asked(paired=True))


def test_change_between_two_items(case: Case) -> None:
    r = case.reference["paired"]
    found = square(case, "").paired
    assert found is not None and found.test == "stuart_maxwell"
    assert found.statistic == pytest.approx(r["stuart_maxwell"], rel=TEST)
    assert found.p_value == pytest.approx(r["stuart_maxwell_p"], rel=P_VALUE)
    rows = (
        case.rows.drop_nulls(["q1", "q2"])
        .with_columns(pl.col("q1", "q2") >= 4)
        .cast({"q1": pl.Int8, "q2": pl.Int8})
    )
    two = crosstab(
        rows["q1"],
        rows["q2"],
        np.zeros(len(rows), dtype=bool),
        variable="q1",
        by="q2",
        asked=Asked(paired=True),
    ).paired
    assert two is not None and two.test == "mcnemar"
    assert two.statistic == pytest.approx(r["mcnemar"], rel=CLOSED)
    assert two.p_value == pytest.approx(r["mcnemar_p"], rel=P_VALUE)
    assert two.exact_p == pytest.approx(r["exact_p"], rel=P_VALUE)


def test_change_under_a_design(case: Case) -> None:
    found, r = square(case, "full").paired, case.reference["paired"]
    assert found is not None and found.test == "wald_f"
    assert [one.change for one in found.categories] == pytest.approx([100 * e for e in r["net"]], rel=LOGIT)
    assert [one.error for one in found.categories] == pytest.approx(
        [100 * e for e in r["net_se"]], rel=CLOSED
    )
    assert (found.df, found.df2) == (r["q"], r["df2"])
    assert found.statistic == pytest.approx(r["wald_f"], rel=TEST)
    assert found.p_value == pytest.approx(r["wald_p"], rel=P_VALUE)


def test_standardised_differences_and_two_shares(case: Case) -> None:
    everyone = np.zeros(len(case.rows), dtype=bool)
    groups = Groups("female", case.rows["female"], ((0, "men"), (1, "women")))
    levels = tuple((one, one) for one in COLUMNS)
    described = [
        Described("age", case.rows["age"].to_numpy(), everyone),
        Described("emp", case.rows["emp"], everyone, levels=levels),
    ]
    age, emp, *_ = describe(described, groups=groups).rows
    assert age.difference == pytest.approx(case.reference["standardised"]["age"], rel=CLOSED)
    assert emp.difference == pytest.approx(case.reference["standardised"]["emp"], rel=CLOSED)
    r = case.reference["two_shares"]
    for interval in ("wald", "newcombe"):
        table = crossed(case, "", "car", "female", Asked(differences=interval))
        found = next(one for one in table.differences if one.row == 1)
        assert [found.low, found.high] == pytest.approx([100 * one for one in r[interval]], rel=LOGIT)


@pytest.mark.parametrize("adjustment", ["holm", "bonferroni", "none"])
def test_letters_are_those_of_adjusted_pairs(case: Case, adjustment: str) -> None:
    r, table = case.reference["pairs"], crossed(case, "", "y", "q1", Asked(letters=adjustment))
    won: dict[str, set[str]] = {code: set() for code in r["cols"]}
    found = r[adjustment]
    for code, of_row in zip(found["rows"], found["p"], strict=True):
        for other, p in zip(found["cols"], of_row, strict=True):
            if p is not None and p < 0.05:
                share = {one: r["share"][r["cols"].index(one)] for one in (code, other)}
                larger, smaller = sorted((code, other), key=lambda one: -share[one])
                won[larger].add("ABCDE"[r["cols"].index(smaller)])
    assert any(won.values())
    assert table.rows[1].letters[:-1] == tuple("".join(sorted(won[code])) for code in r["cols"])


@pytest.fixture(scope="module")
def nhanes() -> tuple[pl.DataFrame, SurveyDesign, dict[str, Any]]:
    folder = SHARED / "reference/stats/nhanes_design"
    if not folder.is_dir():
        pytest.skip("the shared reference data are not here")
    found = load(folder, data="nhanes.csv")
    rows = found.rows
    made = declare(rows["WTMEC2YR"].to_numpy(), rows["SDMVSTRA"].to_numpy(), rows["SDMVPSU"].to_numpy())
    return rows, made, found.reference["nhanes"]


@pytest.mark.parametrize(("by", "key"), [("race", "crosstab_chol_race"), ("RIAGENDR", "crosstab_chol_sex")])
def test_a_public_health_survey(
    nhanes: tuple[pl.DataFrame, SurveyDesign, dict[str, Any]], by: str, key: str
) -> None:
    rows, own, reference = nhanes
    absent = rows["HI_CHOL"].is_null().to_numpy()
    table = crosstab(rows["HI_CHOL"], rows[by], absent, variable="HI_CHOL", by=by, design=own)
    r = reference[key]
    assert own.df == reference["df"]
    assert [list(row.counts[:-1]) for row in table.rows] == r["unweighted_n"]
    for row, of_columns in zip(table.rows, r["col_pct"], strict=True):
        assert row.exact[:-1] == pytest.approx(of_columns, rel=CLOSED)
    test = table.rao_scott
    assert test is not None
    assert test.statistic == pytest.approx(r["test_F"]["statistic"], rel=TEST)
    assert [test.df1, test.df2] == pytest.approx(r["test_F"]["df"], rel=TEST)
    assert test.p_value == pytest.approx(r["test_F"]["p"], rel=P_VALUE)


def test_means_of_a_public_health_survey(
    nhanes: tuple[pl.DataFrame, SurveyDesign, dict[str, Any]],
) -> None:
    rows, own, reference = nhanes
    known = rows["HI_CHOL"].is_not_null().to_numpy()
    y = rows["HI_CHOL"].cast(pl.Float64).fill_null(0).to_numpy()
    found, r = mean(own, y, known), reference["mean_HI_CHOL"]
    assert found.value == pytest.approx(r["est"][0], rel=CLOSED)
    assert found.error == pytest.approx(r["se"][0], rel=CLOSED)
    assert [found.low, found.high] == pytest.approx([r["ci_lo"][0], r["ci_hi"][0]], rel=LOGIT)
    added, r = total(own, y, known), reference["total_HI_CHOL"]
    assert added.error == pytest.approx(r["se"][0], rel=CLOSED)
    share, r = proportion(own, y == 1, known), reference["prop_HI_CHOL"]["logit"]
    assert [share.low, share.high] == pytest.approx([r["lo"], r["hi"]], rel=LOGIT)
