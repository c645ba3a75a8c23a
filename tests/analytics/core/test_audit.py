"""The audit derives from printed figures alone what was found by hand (design notes on the papers)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analytics.core.audit import AuditFinding, audit
from analytics.core.audit.implied import implied
from analytics.core.audit.scale import at_means, slope_ratio
from analytics.core.audit.stars import check_stars
from analytics.core.targets import Cell, Moments, PublishedTable
from tests.analytics.published import crosstab, rows_of, table1, table2

ROUNDING_OF_N = 0.15  # the reference prints the implied n with one decimal, from figures rounded on the way
THIRD = 0.0006  # the reference prints three decimals


@pytest.fixture
def paper(shared: Path) -> Path:
    return shared / "targets" / "fsp_isp_2022"


@pytest.fixture
def derived(paper: Path) -> dict[str, str]:
    return {row["id"]: row["value"] for row in rows_of(paper / "derived_statistics.csv")}


def _by_code(findings: tuple[AuditFinding, ...]) -> dict[str, AuditFinding]:
    return {finding.code: finding for finding in findings}


def test_the_summarising_finding(paper: Path) -> None:
    first = audit(table2(paper), table1(paper))[0]
    assert first.sentence == (
        "Models 4 to 6, printed as multilevel logits, have the scale, the parameter count and the BIC of "
        "linear models fitted by REML."
    )
    assert first.columns == ("model4", "model5", "model6")
    assert first.severity == "error"


def test_percent_is_count_over_n(paper: Path) -> None:
    findings = audit(table1(paper))
    assert [finding.code for finding in findings] == ["percent"]
    assert findings[0].values == {"agree": 18, "cells": 18}


def test_stars_cell_by_cell(paper: Path) -> None:
    ours = {(check.column.removeprefix("model"), check.term): check for check in check_stars(table2(paper))}
    reference = rows_of(paper / "table2_checks.csv")
    assert len(ours) == len(reference) == 204
    for row in reference:
        check = ours[row["model"], row["term"]]
        assert check.verdict == row["verdict"]
        assert check.from_point == row["stars_from_point"]
        assert (check.fewest, check.most) == (
            row["stars_min_under_rounding"],
            row["stars_max_under_rounding"],
        )
        assert check.z == pytest.approx(float(row["z"]), abs=THIRD)


def test_parameters_variances_and_rows(paper: Path, derived: dict[str, str]) -> None:
    found = implied(table2(paper).models())
    assert [one.whole_k for one in found] == [int(k) for k in derived["D01"].split()]
    assert [len(one.model.terms) for one in found] == [int(k) for k in derived["D02"].split()]
    assert {one.variances for one in found[3:]} == {int(derived["D04"])}
    rows, intervals = derived["D05"].split("; ")[0].split(), [one.n_interval for one in found[3:]]
    assert [one.n for one in found[3:]] == pytest.approx([float(n) for n in rows], abs=ROUNDING_OF_N)
    assert all(interval is not None and 15997 not in interval for interval in intervals)
    assert [15997 - (one.fixed or 0) for one in found[3:]] == [int(n) for n in derived["D06"].split()]
    assert [one.bic_rows for one in found[3:]] == ["rows_minus_fixed"] * 3


def test_bic_with_the_rows_of_reml_is_the_printed_one(paper: Path, derived: dict[str, str]) -> None:
    finding = _by_code(audit(table2(paper), table1(paper)))["bic_reml"]
    text = "\n".join(finding.arithmetic)
    for printed, with_rows in zip(("16070.96", "16004.08", "16122.80"), derived["D07"].split(), strict=True):
        assert f"with it BIC is {printed}" in text
        assert f"with n = 15,997 BIC would be {with_rows}" in text


def test_likelihoods(paper: Path, derived: dict[str, str]) -> None:
    findings = audit(table2(paper), table1(paper))
    ratios = {f.columns: f.values for f in findings if f.code == "likelihood_ratio"}
    for columns, key in ((("model1", "model2"), "D10"), (("model2", "model3"), "D11")):
        statistic, _, df, _ = derived[key].split(" ")
        assert ratios[columns]["statistic"] == pytest.approx(float(statistic), abs=THIRD)
        assert ratios[columns]["df"] == int(df)
    by_code = _by_code(findings)
    assert by_code["loglik_falls"].columns == ("model5", "model6")
    assert by_code["loglik_falls"].values["statistic"] == pytest.approx(float(derived["D12"]), abs=THIRD)
    assert by_code["loglik_below_simpler"].values["model4"] == pytest.approx(float(derived["D13"]), abs=THIRD)
    scale = by_code["loglik_scale"].values
    assert scale["null"] == pytest.approx(float(derived["D08"]), abs=THIRD)
    assert [scale[f"model{m}"] for m in (1, 2, 3)] == pytest.approx(
        [float(r) for r in derived["D09"].split()], abs=1e-4
    )
    assert all(0.155 <= scale[f"model{m}"] <= 0.1565 for m in (4, 5, 6))


def test_scale(paper: Path, derived: dict[str, str]) -> None:
    models, moments = table2(paper).models(), Moments(table1(paper))
    ratios = [slope_ratio(models[m + 2], models[m - 1]) for m in (1, 2, 3)]
    assert [ratio[0] for ratio in ratios if ratio] == pytest.approx(
        [float(r) for r in derived["D14"].split()], abs=THIRD
    )
    sums = [at_means(models[m - 1], moments) for m in (4, 5)]
    assert [one[0] for one in sums if one] == pytest.approx(
        [float(s) for s in derived["D15"].split()], abs=THIRD
    )
    centred, as_is = at_means(models[5], moments, centred=True), at_means(models[5], moments)
    assert centred is not None and as_is is not None
    assert [centred[0], as_is[0]] == pytest.approx([float(s) for s in derived["D16"].split(" / ")], abs=THIRD)


def test_centring_and_complements(paper: Path, derived: dict[str, str]) -> None:
    by_code = _by_code(audit(table2(paper), table1(paper)))
    for focus, key in (("isp", "D17"), ("fsp", "D18")):
        as_is, centred = (float(value) for value in derived[key].split(" / "))
        values = by_code["centred_moderators"].values
        assert values[f"model3 {focus} not centred"] == pytest.approx(as_is, abs=THIRD)
        assert values[f"model3 {focus} centred"] == pytest.approx(centred, abs=THIRD)
    complements = by_code["complements"]
    assert complements.terms == ("employee", "no_contract")
    assert complements.values == {"apart": 4}


def test_nothing_is_hard_coded(paper: Path) -> None:
    """The same table with honest fit figures and slopes of a logit's size gives none of these findings."""
    table = table2(paper)
    honest = []
    for cell in table.cells:
        beside = f"model{int(cell.column[-1]) - 3}"
        if cell.column in ("model4", "model5", "model6"):
            if cell.statistic in ("aic", "bic"):
                continue
            source = table.cell(beside, cell.term, cell.statistic)
            if source is not None and cell.statistic in ("estimate", "se", "stars"):
                cell = replace(cell, printed=source.printed)
            if cell.statistic == "loglik":
                cell = replace(cell, printed=f"-7{3 if beside != 'model1' else 4}00.123")
        honest.append(cell)
    codes = {
        f.code for f in audit(replace(table, cells=tuple(honest)), table1(paper)) if f.severity == "error"
    }
    assert codes == set()


def test_a_wrong_star_and_a_wrong_percent_are_found() -> None:
    cells = [
        Cell("m", "x", "estimate", "0.100"),
        Cell("m", "x", "se", "0.100"),
        Cell("m", "x", "stars", "***"),
    ]
    found = audit(PublishedTable("t", "models", tuple(cells)))
    assert [f.code for f in found] == ["stars", "wrong_stars"]
    shares = (Cell("all", "x", "count", "50"), Cell("all", "x", "percent", "51.0"))
    assert [f.code for f in audit(PublishedTable("t", "descriptives", shares, {"n": 100}))] == [
        "wrong_percent"
    ]


# the eight cells of the Fuzhou report that disagree with its own counts, as (table, row, column)
FORCED = {
    (1, "circulate", "informal"),
    (3, "keep_origin", "informal"),
    (4, "y1_3", "informal"),
    (4, "y3_5", "all"),
    (7, "children", "informal"),
    (7, "children", "all"),
}
DISAGREE = {(3, "whole_family", "all"), (3, "undecided", "all")}


def test_the_fuzhou_tables(shared: Path) -> None:
    folder = shared / "targets" / "zhu_lin_2010"
    forced, disagree, bases = set(), set(), {}
    for number in (1, 2, 3, 4, 6, 7, 8):
        for finding in audit(crosstab(folder, number)):
            if finding.code == "forced_total":
                forced.add((number, finding.terms[0], finding.columns[0]))
            elif finding.code == "groups_and_all":
                disagree.add((number, finding.terms[0], finding.columns[0]))
            elif finding.code == "other_base":
                bases[number, finding.columns[0]] = finding.values["base"]
            else:
                assert finding.severity == "info"
    assert forced == FORCED
    assert disagree == DISAGREE
    assert bases == {(4, "formal"): 186, (4, "informal"): 28, (4, "all"): 214}
