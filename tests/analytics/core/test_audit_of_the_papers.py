"""Every finding of the two papers that arithmetic can find: letter, code, arithmetic, from shipped tables.

The letters are those of the list in docs/researchers.md, which also names what arithmetic cannot find.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from analytics.core.audit import AuditFinding, audit, related
from analytics.core.targets import Cell, PublishedTable
from tests.conftest import ROOT

F, Z = "fsp_isp_2022", "zhu_lin_2010"
FOLDERS = {F: ROOT / "studies/mdms/targets", Z: ROOT / "studies/fuzhou/targets"}


def _table(path: Path, root: Path) -> PublishedTable:
    about = yaml.safe_load(path.with_suffix(".yaml").read_text(encoding="utf-8"))
    with path.open(encoding="utf-8", newline="") as file:
        cells = tuple(Cell(**row) for row in csv.DictReader(file))
    slug = path.relative_to(root).with_suffix("").as_posix()
    return PublishedTable(slug, about["kind"], cells, about["notes"])


@pytest.fixture(scope="module")
def found() -> dict[str, tuple[AuditFinding, ...]]:
    """The findings of every shipped table of both papers."""
    told = {}
    for root in FOLDERS.values():
        tables = {one.slug: one for one in (_table(path, root) for path in sorted(root.rglob("*.csv")))}
        for slug, table in tables.items():
            moments = tables.get(str(table.notes.get("moments", "")))
            told[slug] = audit(table, moments, {name: tables[name] for name in related(table)})
    return told


# letter, table, code of the finding, words of its sentence or arithmetic
FINDINGS = [
    ("a", f"{F}/table1", "percent", "18 of 18 percentages are their count over n"),
    ("a", f"{F}/table1", "remainder", "15,997 − 4,056 − 11,538 − 169 = 234"),
    ("a", f"{F}/table1", "remainder", "15,997 − 8,769 − 6,635 = 593"),
    ("b", f"{F}/table2", "stars", "199 of 204 cells have the stars that estimate / SE gives"),
    ("c", f"{F}/table2", "aic_parameters", "imply 36 37 47 40 41 51 parameters"),
    ("c", f"{F}/table2", "absorbed_dummies", "seven dummies, that is eight categories"),
    ("c", f"{F}/table2", "gaussian_parameters", "Model 4: 40 − 31 printed − 7 absorbed = 2"),
    ("d", f"{F}/table2", "bic_reml", "Model 4: 15,997 − 38 fixed effects = 15,959; with it BIC is 16070.96"),
    ("d", f"{F}/table2", "bic_reml", "Model 6: 15,997 − 49 fixed effects = 15,948; with it BIC is 16122.80"),
    ("e", f"{F}/table2", "loglik_falls", "2 × (-7814.633 − -7803.646) = -21.974"),
    ("e", f"{F}/table2", "loglik_below_simpler", "-7841.925 − -7674.357 (Model 1) = -167.568"),
    ("e", f"{F}/table2", "loglik_scale", "against p (1 − p) = 0.1715"),
    ("f", f"{F}/table2", "linear_scale_slopes", "Model 6 / Model 3: median ratio of 17 slopes 0.171"),
    ("f", f"{F}/table2", "linear_scale_at_means", "observed share = 0.2198; its logit = -1.267"),
    ("f", f"{F}/table2", "linear_by_reml", "Models 4 to 6, printed as multilevel logits"),
    ("g", f"{F}/table2", "complements", "10,098 + 5,895 = 15,993 of 15,997"),
    ("g", f"{F}/table2", "complements", "SE 1.299 is that of a variance inflation"),
    ("g", f"{F}/table1", "remainder", "10,098 − 7,064 = 3,034 (30.0 %)"),
    ("h", f"{F}/claims", "wrong_claim", "exp(0.020) = 1.020 (isp, model5), exp(0.031) = 1.031 (fsp, model5)"),
    ("i", f"{F}/table2", "centred_moderators", "isp: mean effect 0.284 if products are not centred, 0.066"),
    ("i", f"{F}/table2", "linear_scale_at_means", "the same with moderators not centred = 0.277"),
    ("j", f"{F}/claims", "wrong_p", "t = 2.610 has p = 0.0091, printed <0.001"),
    ("j", f"{F}/claims", "claimed_estimate", "29 of 30 estimates, t and p of the text"),
    ("j", f"{F}/claims", "wrong_claim", "the text has -0.059 to -0.341, the table -0.059 to -0.354"),
    ("j", f"{F}/claims", "wrong_claim", "the text has -0.016 to -0.088, the table -0.016 to -0.089"),
    ("j", f"{F}/claims", "wrong_claim", "the text names model2, model4; in the table model2, model5 add"),
    ("j", f"{F}/claims", "wrong_claim", "the text gives it the sign -; the table has 0.037"),
    ("j", f"{F}/claims", "wrong_claim", "the text says 3, and lists 4"),
    ("j", f"{F}/claims", "wrong_claim", ">2 claimed; 1.8 (neighbour_locals, all)"),
    ("j", f"{F}/claims", "wrong_claim", "no product in the table has hukou_constraints"),
    ("j", f"{F}/claims", "wrong_claim", "the table has isp:social_status, fsp:social_status"),
    ("j", f"{F}/claims", "wrong_claimed_p", "education model2 0.048† (0.025)"),
    ("j", f"{F}/table2", "unused_rows", "Employer stand in the descriptive table and in no model"),
    ("k", f"{F}/table1", "score_sd", "Perceived social status: an SD of 1.8 is over 1"),
    ("k", f"{F}/table1", "score_sd", "sum of standardised items: impossible at any correlation"),
    ("l", f"{F}/table1", "not_natural_log", "2 × 0.35 × √(8 / 2) = 1.40; e^1.40 = 4.1"),
    ("m", f"{F}/table2", "verdicts_by_family", "isp: Model 2 0.098† (0.051); Model 5 0.020* (0.008)"),
    ("m", f"{F}/table2", "verdicts_by_family", "isp:good_community: Model 3 0.186† (0.100); Model 6 0.037*"),
    ("m", f"{F}/table2", "verdicts_by_family", "fsp:social_status: Model 3 0.068† (0.036); Model 6 0.014*"),
    ("m", f"{F}/table2", "verdicts_by_family", "ln_land: Model 1 -0.072* "),
    ("o", f"{Z}/table1", "forced_total", "20 of 300 is 6.67 %, printed 6.66"),
    ("o", f"{Z}/table3", "forced_total", "187 of 300 is 62.33 %, printed 62.34"),
    ("o", f"{Z}/table4", "forced_total", "7 of 28 is 25.00 %, printed 25.01"),
    ("o", f"{Z}/table4", "forced_total", "18 of 214 is 8.41 %, printed 8.40"),
    ("o", f"{Z}/table7", "forced_total", "56 of 300 is 18.67 %, printed 18.66"),
    ("o", f"{Z}/table7", "forced_total", "92 of 600 is 15.33 %, printed 15.34"),
    ("o", f"{Z}/table8", "total_not_forced", "informal adds to 99.99"),
    ("o", f"{Z}/table5", "total_not_forced", "formal adds to 99.99"),
    ("p", f"{Z}/table3", "groups_and_all", "the groups add to 93, All is 94"),
    ("p", f"{Z}/table3", "groups_and_all", "the groups add to 120, All is 119"),
    ("q", f"{Z}/table4", "other_base", "printed as 300; its percentages are whole counts of 186"),
    ("q", f"{Z}/table4", "other_base", "printed as 300; its percentages are whole counts of 28"),
    ("q", f"{Z}/table4", "other_base", "printed as 600; its percentages are whole counts of 214"),
    ("r", f"{Z}/table5", "ranked_steps", "791 steps are 26.3667, 792 are 26.4000; printed 26.38"),
    ("r", f"{Z}/table5", "ranked_mixture", "(14.33 − 11.09) / (17.53 − 11.09) = 0.50"),
    ("s", f"{Z}/claims", "common_base", "together of 345, and of no other base up to 600"),
    ("s", f"{Z}/claims", "wrong_claimed_percent", "162 / 361 = 44.875 %; printed 44.67; of 600 it is 268"),
    ("s", f"{Z}/claims", "wrong_claimed_percent", "the same figure stands in zhu_lin_2010/table6"),
    ("s", f"{Z}/claims", "parts_exceed_whole", "268 + 96 = 364 of 600, against 361"),
    ("s", f"{Z}/claims", "parts_exceed_whole", "60.17 − 44.67 = 15.50"),
    ("s", f"{Z}/claims", "no_common_base", "57.36, 56.82: no base up to 600"),
    ("s", f"{Z}/claims", "common_base", "together of 118, 236, 354, 472, 590"),
    ("s", f"{Z}/claims", "several_answers", "40.68 + 36.44 + 29.66 = 106.78"),
    ("s", f"{Z}/claims", "chained_base", "47.13: 41 / 87; 54.35: 25 / (87 − 41 = 46)"),
    ("t", f"{Z}/table8", "groups_differ", "χ²(2) = 45.600, p = 1.3e-10"),
    ("t", f"{Z}/table4", "groups_differ", "p = 3.5e-02"),
    ("t", f"{Z}/table6", "leading_answer", "differs between formal, informal"),
    ("t", f"{Z}/table8", "leading_answer", "differs between formal, informal"),
    ("t", f"{Z}/claims", "wrong_claim", ">50 claimed; 49.33 (3, formal)"),
]  # fmt: skip


@pytest.mark.parametrize(("letter", "table", "code", "words"), FINDINGS)
def test_found_by_arithmetic(
    found: dict[str, tuple[AuditFinding, ...]], letter: str, table: str, code: str, words: str
) -> None:
    texts = ["\n".join((f.sentence, *f.arithmetic)) for f in found[table] if f.code == code]
    assert texts, (letter, code)
    assert any(words in text for text in texts), (letter, texts)


def test_the_letters_are_whole() -> None:
    """a to m of the first paper, but n; o to t of the second: what is left out is told in the guide."""
    assert {letter for letter, *_ in FINDINGS} == set("abcdefghijklm") | set("opqrst")


def test_nothing_else_is_called_a_contradiction(found: dict[str, tuple[AuditFinding, ...]]) -> None:
    """Every error is one of the findings above, by code; sound tables have none."""
    expected = {(table, code) for _, table, code, _ in FINDINGS}
    expected.add((f"{F}/claims", "wrong_claimed_estimate"))  # the p of FSP again, against the table
    errors = {(slug, one.code) for slug, told in found.items() for one in told if one.severity == "error"}
    assert errors <= expected
    assert not any(one.severity == "error" for one in found[f"{Z}/table1"])


def test_chi_squared_is_that_of_the_reference(
    found: dict[str, tuple[AuditFinding, ...]], shared: Path
) -> None:
    with (shared / "targets" / Z / "computed_group_tests.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            finding = next(f for f in found[f"{Z}/table{row['table']}"] if f.code == "groups_differ")
            assert finding.values["chi2"] == pytest.approx(float(row["statistic"]), rel=1e-6)
            assert finding.values["p"] == pytest.approx(float(row["p"]), rel=1e-3)
            assert finding.values["cramers_v"] == pytest.approx(float(row["cramers_v"]), rel=1e-5)
