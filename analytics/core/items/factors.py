"""Factors of several items, from the answers of complete rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.core.item_results import FactorResult, FactorTest, Loaded
from analytics.core.item_specs import PEARSON, POLYCHORIC, FactorSpec
from analytics.core.items.answers import Answers, check_varying
from analytics.core.items.matrices import as_correlations, check_definite, covariance, polychorics_of
from analytics.core.items.reliability import FEW, FEW_PER_ITEM, heywood
from analytics.core.results import Check
from measures.core.factor import Extraction, Matrix, bartlett, kmo, minres, principal, score_matrix, spectrum
from measures.core.maximum_likelihood import enough_factors, maximum_likelihood
from measures.core.parallel import Parallel, parallel
from measures.core.rotation import Rotated, rotated
from surveys.core.problems import refuse
from surveys.core.said import say

EXTRACT = {"minres": minres, "ml": maximum_likelihood, "principal": principal}
LEAST_ADEQUACY = 0.5  # Kaiser (1974) calls less unacceptable


@dataclass(frozen=True)
class Found:
    """The table, or none where no numbers may be given; and the checks."""

    table: FactorResult | None
    checks: tuple[Check, ...]


def factors_of(answers: Answers, spec: FactorSpec) -> Found:
    """Adequacy, eigenvalues beside random ones, loadings, communalities, factor correlations and weights of
    scores; Refused where the rows carry no correlations or so many factors."""
    check_varying(answers)
    plain = as_correlations(covariance(answers))
    used = polychorics_of(answers) if spec.correlations == POLYCHORIC else plain
    check_definite(used, spec.correlations == POLYCHORIC)
    beside = parallel(spectrum(used)[0], answers.n, spec.draws, spec.seed)
    k = spec.factors or max(beside.suggested, 1)
    _check_count(len(used), k, spec)
    extraction = EXTRACT[spec.extraction](used, k)
    turned = rotated(extraction.loadings, spec.rotation)
    checks = _checks(answers, extraction, turned, beside, spec)
    if any(check.severity == "error" for check in checks):
        return Found(None, tuple(checks))
    table = _table(answers, used, extraction, turned, beside, spec)
    if table.kmo is not None and table.kmo < LEAST_ADEQUACY:
        message = say(
            "The sampling adequacy (KMO) of {kmo:.2f} is below 0.5: the items share too little for a factor.",
            kmo=table.kmo,
        )
        checks.append(Check("warning", "low_adequacy", message))
    return Found(table, tuple(checks))


def _check_count(p: int, k: int, spec: FactorSpec) -> None:
    if spec.extraction == "principal" or (p - k) ** 2 >= p + k:
        return
    message = say("{p} items cannot carry {k} factors: there are fewer correlations than loadings.", p=p, k=k)
    raise refuse("too_many_factors", message, where="factors", hint="Ask for fewer factors.")


def _table(
    answers: Answers,
    used: Matrix,
    extraction: Extraction,
    turned: Rotated,
    beside: Parallel,
    spec: FactorSpec,
) -> FactorResult:
    p, n = len(used), answers.n
    adequacy, per_item = kmo(used)
    weights = score_matrix(turned.loadings, turned.phi, extraction.uniquenesses, used, spec.scores)
    is_plain = spec.correlations == PEARSON and answers.weights is None
    left = used - turned.loadings @ turned.structure.T
    rows = tuple(
        Loaded(
            item=name,
            loadings=tuple(turned.loadings[at].tolist()),
            structure=tuple(turned.structure[at].tolist()),
            communality=float(turned.communalities[at]),
            uniqueness=1.0 - float(turned.communalities[at]),
            kmo=float(per_item[at]),
            weights=tuple(weights[at].tolist()),
        )
        for at, name in enumerate(answers.items)
    )
    fit = enough_factors(extraction, n) if spec.extraction == "ml" and is_plain else None
    return FactorResult(
        n=n,
        factors=turned.loadings.shape[1],
        suggested=beside.suggested,
        extraction=spec.extraction,
        rotation=spec.rotation,
        correlations=spec.correlations,
        scores=spec.scores,
        draws=spec.draws,
        seed=spec.seed,
        rows=rows,
        eigenvalues=tuple(extraction.eigenvalues.tolist()),
        random=tuple(beside.high.tolist()),
        random_means=tuple(beside.means.tolist()),
        sums=tuple(turned.sums.tolist()),
        percents=tuple((100 * turned.sums / p).tolist()),
        phi=tuple(tuple(row) for row in turned.phi.tolist()),
        kmo=adequacy,
        bartlett=FactorTest(*bartlett(used, n)) if is_plain else None,
        fit=FactorTest(*fit) if fit else None,
        rmsr=float(np.sqrt(np.mean(left[np.tril_indices(p, -1)] ** 2))),
        turned=answers.turned,
        guessed=answers.guessed,
    )


def _checks(
    answers: Answers, extraction: Extraction, turned: Rotated, beside: Parallel, spec: FactorSpec
) -> list[Check]:
    found = heywood(extraction, answers.items)
    if not extraction.converged:
        message = "The extraction did not converge: no loadings are given."
        found.append(Check("error", "not_converged", message))
    if not turned.converged:
        message = "The rotation did not converge: no loadings are given."
        found.append(Check("error", "not_converged", message))
    if answers.n < max(FEW, FEW_PER_ITEM * len(answers.items)):
        message = say("Only {n} rows answer every item: figures of so few rows say little.", n=answers.n)
        found.append(Check("warning", "few_rows", message))
    if beside.suggested == 0:
        message = "No eigenvalue lies above those of random items: these items share no factor."
        found.append(Check("warning", "no_factor", message))
    elif spec.factors and spec.factors != beside.suggested:
        message = say(
            "Parallel analysis suggests {suggested} factors; {factors} were asked for.",
            suggested=beside.suggested,
            factors=spec.factors,
        )
        found.append(Check("info", "other_number", message))
    return found
