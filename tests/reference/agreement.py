"""Prints the table of agreement of the README: `python -m tests.reference.agreement`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analytics.core.estimators.logit import fit_logit
from analytics.core.estimators.mixed_linear import fit_mixed_linear
from analytics.core.estimators.mixed_logit import fit_mixed_logit
from analytics.core.results import ModelResult
from tests.conftest import SHARED
from tests.reference.cases import Case, city3k, difference, load

Fitted = tuple[str, str, ModelResult, dict[str, Any]]


def _logits(name: str, case: Case, outcome: str, references: list[dict[str, Any]]) -> Iterator[Fitted]:
    for r in references:
        x = case.design(r["terms"])
        yield "logit", name, fit_logit(case.numbers(outcome), x, tuple(r["terms"])), r


def _mixed(name: str, case: Case, y: str, group: str, references: list[dict[str, Any]]) -> Iterator[Fitted]:
    groups = case.rows[group].to_numpy()
    for r in references:
        x = case.design(r["terms"])
        yield (
            "random-intercept logit",
            name,
            fit_mixed_logit(case.numbers(y), x, tuple(r["terms"]), groups, group),
            r,
        )


def _linear(case: Case) -> Iterator[Fitted]:
    schools = case.rows["school"].to_numpy()
    for name, r in case.reference.items():
        if name.endswith("ML"):
            reml = name.endswith("REML")
            terms = tuple(r["coef"])
            x = case.design(list(terms))
            made = fit_mixed_linear(case.numbers("normexam"), x, terms, schools, "school", reml)
            yield f"random-intercept linear, {'REML' if reml else 'ML'}", "exam_lmm", made, r


def fitted() -> Iterator[Fitted]:
    """Every model that has a reference, with it."""
    city = city3k()
    yield from _logits("city3k", city, "y", [city.reference[f"model{i}_logit"] for i in (1, 2, 3)])
    yield from _mixed(
        "city3k", city, "y", "city", [city.reference[f"model{i}_glmm_nAGQ1"] for i in (4, 5, 6)]
    )
    folder = SHARED / "reference/stats"
    if not folder.is_dir():
        return
    mroz, verbagg = load(folder / "mroz_logit"), load(folder / "verbagg", ("id",))
    yield from _logits(
        "mroz_logit", mroz, "lfp", [mroz.reference[m] for m in ("main", "square", "interaction")]
    )
    yield from _logits("verbagg", verbagg, "r2", list(verbagg.reference["logit"].values()))
    cbpp = load(folder / "cbpp", ("herd", "period"))
    yield from _mixed("cbpp", cbpp, "ill", "herd", [cbpp.reference["nAGQ1"]])
    glmm = verbagg.reference["glmm"]
    yield from _mixed("verbagg", verbagg, "r2", "id", [glmm[m] for m in glmm if m.endswith("nAGQ1")])
    yield from _linear(load(folder / "exam_lmm", ("school",)))


def main() -> None:
    worst: dict[tuple[str, str], list[float]] = {}
    for estimator, case, result, reference in fitted():
        found = difference(result, reference)
        variances = [0.0]
        if result.random:
            variances = [abs(result.random[0].std_dev / reference["sigma_u"] - 1)]
        line = [found.coef_in_se, found.se_relative, found.loglik, *variances]
        before = worst.get((estimator, case), [0.0] * 4)
        worst[estimator, case] = [max(pair) for pair in zip(before, line, strict=True)]
    for (estimator, case), (coef, se, loglik, sd) in worst.items():
        spread = f" {sd:.0e} relative (SD)" if "random" in estimator else ""
        print(f"| {estimator} | `{case}` | {coef:.0e} SE | {se:.0e} relative | {loglik:.0e} |{spread} |")


if __name__ == "__main__":
    main()
