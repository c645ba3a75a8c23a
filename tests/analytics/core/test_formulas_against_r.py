"""Formulas read, coded and fitted by us give the coefficients of R's formulas, term by term."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from analytics.core.frame import Column
from analytics.core.kinds import read_spec, run_spec
from surveys.core.codebook import ValueType
from tests.analytics.columns import column

LOGIT = 1e-7  # relative: both fits are converged to machine level
LAPLACE = 1e-4  # of a standard error: two independent programs agree to 3e-7


def _frame(path: Path, texts: set[str]) -> dict[str, Column]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        name: column(
            name,
            [(row[name] if name in texts else float(row[name])) if row[name] else None for row in rows],
            ValueType.TEXT if name in texts else ValueType.DECIMAL,
        )
        for name in rows[0]
    }


def _fitted(spec: str, frame: dict[str, Column]) -> dict[str, Any]:
    result: dict[str, Any] = run_spec(read_spec(spec), frame).result["models"][0]["result"]
    return result


def _in_r(term: str) -> str:
    """Our name of a coefficient as R writes it: ``ageg[b]`` is ``agegb``."""
    for mark in ("C(", ")[", "[", "]"):
        term = term.replace(mark, "") if not term.startswith("(") else term
    return term


FORMULAS = [
    ("main", "lfp ~ k5 + k618 + age + wc + hc + lwg + inc"),
    ("square", "lfp ~ k5 + age + I(age^2) + wc + lwg + inc"),
    ("interaction", "lfp ~ k5 + wc * inc + ageg + lwg"),
    ("interaction", "lfp ~ wc:inc + k5 + wc + inc + C(ageg, ref='a30_36') + lwg"),
]


@pytest.mark.parametrize(("case", "formula"), FORMULAS)
def test_logits_of_753_women(shared: Path, case: str, formula: str) -> None:
    folder = shared / "reference" / "stats" / "mroz_logit"
    reference = json.loads((folder / "reference.json").read_text())[case]
    result = _fitted(f'kind: logit\nformula: "{formula}"', _frame(folder / "data.csv", {"ageg"}))
    ours = {_in_r(one["term"]): one for one in result["estimates"]}
    assert set(ours) == set(reference["terms"])
    for term in reference["terms"]:
        assert ours[term]["estimate"] == pytest.approx(reference["coef"][term], rel=LOGIT)
        assert ours[term]["std_error"] == pytest.approx(reference["se"][term], rel=LOGIT)


def test_a_multilevel_logit_of_herds(shared: Path) -> None:
    folder = shared / "reference" / "stats" / "cbpp"
    reference = json.loads((folder / "reference.json").read_text())["nAGQ1"]
    spec = "kind: multilevel_logit\nformula: ill ~ period\ngroups: herd"
    result = _fitted(spec, _frame(folder / "data.csv", {"period", "herd"}))
    ours = {_in_r(one["term"]): one for one in result["estimates"]}
    for term, value in reference["coef"].items():
        assert abs(ours[term]["estimate"] - value) < LAPLACE * reference["se"][term]
    assert result["random"][0]["std_dev"] == pytest.approx(reference["sigma_u"], abs=1e-5)
