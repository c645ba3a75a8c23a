"""Figures of one row against each other: right tables are left alone, one wrong figure is found."""

from __future__ import annotations

import pytest
from scipy import stats

from analytics.core.audit import audit
from analytics.core.targets import Cell, PublishedTable

SOUND = {
    "t": {"estimate": "0.310", "se": "0.118", "t": "2.63"},
    "p": {"t": "2.48", "df": "120", "p": "0.015"},
    "odds_ratio": {"estimate": "0.405", "odds_ratio": "1.50"},
    "interval": {"estimate": "0.50", "se": "0.10", "ci_low": "0.30", "ci_high": "0.70"},
    "middle": {"odds_ratio": "1.50", "ci_low": "1.10", "ci_high": "2.05"},
    "exclusion": {"odds_ratio": "1.50", "ci_low": "1.10", "ci_high": "2.05", "p": "0.01"},
    "alpha": {"alpha": "0.80", "mean_r": "0.50", "items": "4"},
}
WRONG = {
    "t": {"t": "3.63"},
    "p": {"p": "0.001"},
    "odds_ratio": {"odds_ratio": "2.50"},
    "interval": {"ci_high": "0.90"},
    "middle": {"ci_high": "3.05"},
    "exclusion": {"p": "0.20"},
    "alpha": {"alpha": "0.90"},
}


def _codes(figures: dict[str, str], **notes: object) -> set[str]:
    cells = tuple(Cell("m", "x", statistic, printed) for statistic, printed in figures.items())
    return {one.code for one in audit(PublishedTable("t", "free", cells, notes))}


@pytest.mark.parametrize("check", SOUND)
def test_a_row_by_itself(check: str) -> None:
    sound = _codes(SOUND[check])
    assert check in sound and not any(code.startswith("wrong") for code in sound)
    assert f"wrong_{check}" in _codes(SOUND[check] | WRONG[check])


@pytest.mark.parametrize(
    ("statistic", "df", "tail"),
    [("t", "30", lambda x: 2 * stats.t.sf(x, 30)), ("chi2", "3", lambda x: stats.chi2.sf(x, 3))],
)
def test_p_is_that_of_scipy(statistic: str, df: str, tail) -> None:  # type: ignore[no-untyped-def]
    for value in ("0.50", "2.04", "3.65", "11.34"):
        p = f"{tail(float(value)):.3f}"
        assert "p" in _codes({statistic: value, "df": df, "p": p})
        assert "wrong_p" in _codes({statistic: value, "df": df, "p": f"{(float(p) + 0.4) % 1:.3f}"})


def test_f_and_bounds_of_p() -> None:
    assert "p" in _codes({"f": "4.00", "df1": "2", "df2": "50", "p": "<0.05"})
    assert "wrong_p" in _codes({"f": "4.00", "df1": "2", "df2": "50", "p": "<0.01"})
    assert "wrong_p" in _codes({"t": "1.20", "p": "p < .05"})


def _factor(communality: str, eigenvalue: str, share: str = "55.3") -> set[str]:
    loadings = {"a": ("0.80", "0.10"), "b": ("0.70", "0.20"), "c": ("0.10", "0.90")}
    cells = [
        Cell(f"factor{k + 1}", item, "loading", both[k]) for item, both in loadings.items() for k in (0, 1)
    ]
    cells += [
        Cell("h2", "a", "communality", communality),
        Cell("factor1", "eigenvalue", "eigenvalue", eigenvalue),
        Cell("factor1", "share", "variance_percent", share),
    ]
    return {one.code for one in audit(PublishedTable("t", "free", tuple(cells)))}


def test_a_factor_table() -> None:
    assert {"communality", "eigenvalue"} <= _factor("0.65", "1.14", "38.0")
    assert not any(code.startswith("wrong") for code in _factor("0.65", "1.14", "38.0"))
    assert "wrong_communality" in _factor("0.75", "1.14")
    assert "wrong_eigenvalue" in _factor("0.65", "1.64")
    assert "wrong_variance_share" in _factor("0.65", "1.14", "57.0")


def test_what_is_out_of_range() -> None:
    assert "impossible" in _codes({"loading": "1.12"})
    assert "impossible" not in _codes({"loading": "-0.92", "alpha": "-0.10"})


def test_an_icc_of_its_variances() -> None:
    def codes(icc: str, group: str, rest: str = "", kind: str = "multilevel_linear") -> list[str]:
        cells = [Cell("m", "icc", "icc", icc), Cell("m", "g", "variance_group", group)]
        cells += [Cell("m", "e", "variance_residual", rest)] if rest else []
        notes = {"models": {"m": {"label": "Model 1", "kind": kind}}}
        found = audit(PublishedTable("t", "free", tuple(cells), notes))
        return [f"{one.code}: {one.sentence}" for one in found]

    assert codes("0.20", "0.25", "1.00")[0].startswith("icc")
    assert codes("0.07", "0.25", kind="multilevel_logit")[0].startswith("icc")
    (wrong,) = codes("0.20", "0.50", "1.00")
    assert wrong.startswith("wrong_icc") and "read as standard deviations they would give it" in wrong


def test_a_printed_chi_squared() -> None:
    cells = [
        Cell(column, row, "count", count)
        for column, counts in (("a", ("10", "20")), ("b", ("20", "10")))
        for row, count in zip(("yes", "no"), counts, strict=True)
    ]
    right = [Cell("test", "x", "chi2", "6.67"), Cell("test", "x", "df", "1"), Cell("test", "x", "p", "<0.01")]
    codes = {one.code for one in audit(PublishedTable("t", "crosstab", (*cells, *right)))}
    assert "test" in codes and "wrong_test" not in codes
    wrong = [*cells, Cell("test", "x", "chi2", "9.67")]
    assert "wrong_test" in {one.code for one in audit(PublishedTable("t", "crosstab", tuple(wrong)))}


def test_a_percentage_without_a_count() -> None:
    assert "whole_percent" in _codes({"percent": "33.3", "n": "30"})
    assert "wrong_whole_percent" in _codes({"percent": "35.3", "n": "30"})
    assert not any(code.endswith("whole_percent") for code in _codes({"percent": "35.3", "n": "3000"}))
