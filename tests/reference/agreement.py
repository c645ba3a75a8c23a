"""Prints the first table of how we know: `python -m tests.reference.agreement`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from analytics.core.estimators.logit import fit_logit
from analytics.core.estimators.mixed_linear import fit_mixed_linear
from analytics.core.estimators.mixed_logit import fit_mixed_logit
from analytics.core.estimators.mixed_slopes import fit_mixed_slopes
from analytics.core.estimators.mixed_slopes_logit import fit_mixed_slopes_logit
from analytics.core.results import ModelResult
from tests.conftest import SHARED
from tests.reference.cases import HERE, Case, city3k, difference, load

Fitted = tuple[str, str, ModelResult, dict[str, Any]]


def _logits(name: str, case: Case, outcome: str, references: list[dict[str, Any]]) -> Iterator[Fitted]:
    for r in references:
        x = case.design(r["terms"])
        yield "logit", name, fit_logit(case.numbers(outcome), x, tuple(r["terms"])), r


def _mixed(name: str, case: Case, y: str, group: str, references: list[dict[str, Any]]) -> Iterator[Fitted]:
    groups = case.rows[group].to_numpy()
    for r in references:
        x = case.design(r["terms"])
        nodes = r["nAGQ"]
        how = f"{nodes} nodes" if nodes > 1 else "Laplace"
        made = fit_mixed_logit(case.numbers(y), x, tuple(r["terms"]), groups, group, nodes)
        yield f"random-intercept logit, {how}", name, made, r


def _linear(case: Case) -> Iterator[Fitted]:
    schools = case.rows["school"].to_numpy()
    for name, r in case.reference.items():
        if name.endswith("ML"):
            reml = name.endswith("REML")
            terms = tuple(r["coef"])
            x = case.design(list(terms))
            made = fit_mixed_linear(case.numbers("normexam"), x, terms, schools, "school", reml)
            yield f"random-intercept linear, {'REML' if reml else 'ML'}", "exam_lmm", made, r


def _slopes(
    name: str, case: Case, y: str, group: str, slope: str, references: dict[str, Any]
) -> Iterator[Fitted]:
    """Of the references by estimator those that are there; the binary outcome is ``d``."""
    z = np.column_stack([np.ones(len(case.rows)), case.numbers(slope)])
    groups, names = case.rows[group].to_numpy(), ("(Intercept)", slope)
    for how in ("REML", "ML", "logit"):
        if how not in references:
            continue
        r = references[how]
        terms, x = tuple(r["terms"]), case.design(r["terms"])
        if how == "logit":
            made = fit_mixed_slopes_logit(case.numbers("d"), x, terms, z, names, groups, group)
        else:
            made = fit_mixed_slopes(case.numbers(y), x, terms, z, names, groups, group, how == "REML")
        kind = "random-slope logit, Laplace" if how == "logit" else f"random-slope linear, {how}"
        yield kind, name, made, {**r, "sigma_u": r["random"]["sd"][0]}


def fitted() -> Iterator[Fitted]:
    """Every model that has a reference, with it."""
    city = city3k()
    yield from _logits("city3k", city, "y", [city.reference[f"model{i}_logit"] for i in (1, 2, 3)])
    glmms = [city.reference[f"model{i}_glmm_nAGQ{k}"] for k in (1, 7) for i in (4, 5, 6)]
    yield from _mixed("city3k", city, "y", "city", glmms)
    slopes = load(HERE / "slopes")
    for name in ("many", "few", "flat"):
        own = Case(slopes.rows.filter(pl.col("set") == name), slopes.reference)
        yield from _slopes("slopes", own, "y", "place", "x", slopes.reference[name])
    folder = SHARED / "reference/stats"
    if not folder.is_dir():
        return
    mroz, verbagg = load(folder / "mroz_logit"), load(folder / "verbagg", ("id",))
    yield from _logits(
        "mroz_logit", mroz, "lfp", [mroz.reference[m] for m in ("main", "square", "interaction")]
    )
    yield from _logits("verbagg", verbagg, "r2", list(verbagg.reference["logit"].values()))
    cbpp = load(folder / "cbpp", ("herd", "period"))
    yield from _mixed("cbpp", cbpp, "ill", "herd", [cbpp.reference[f"nAGQ{k}"] for k in (1, 9, 25)])
    glmm = verbagg.reference["glmm"]
    yield from _mixed("verbagg", verbagg, "r2", "id", list(glmm.values()))
    exam = load(folder / "exam_lmm", ("school",))
    yield from _linear(exam)
    answers = json.loads((HERE / "exam_slopes/reference.json").read_text())
    yield from _slopes("exam_slopes", exam, "normexam", "school", "standLRT", answers)


def measured() -> dict[tuple[str, str], list[float]]:
    """(estimator, case) -> largest difference of coefficients, errors, log-likelihood, spread."""
    worst: dict[tuple[str, str], list[float]] = {}
    for estimator, case, result, reference in fitted():
        found = difference(result, reference)
        variances = [0.0]
        if result.random:
            variances = [abs(result.random[0].std_dev / reference["sigma_u"] - 1)]
        line = [found.coef_in_se, found.se_relative, found.loglik, *variances]
        before = worst.get((estimator, case), [0.0] * 4)
        worst[estimator, case] = [max(pair) for pair in zip(before, line, strict=True)]
    return worst


def main() -> None:
    for (estimator, case), (coef, se, loglik, sd) in measured().items():
        spread = f" {sd:.0e} relative (SD)" if "random" in estimator else ""
        print(f"| {estimator} | `{case}` | {coef:.0e} SE | {se:.0e} relative | {loglik:.0e} |{spread} |")


if __name__ == "__main__":
    main()
