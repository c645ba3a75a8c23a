"""Alpha, omega and what every item adds, from the answers of one set of rows."""

from __future__ import annotations

import numpy as np

from analytics.core.item_results import ItemFigures, ReliabilityFigures
from analytics.core.item_specs import PEARSON, POLYCHORIC
from analytics.core.items.answers import Answers, check_varying, rarest
from analytics.core.items.matrices import as_correlations, check_definite, covariance, means, polychorics_of
from analytics.core.results import Check
from measures.core import factor, reliability
from measures.core.factor import LEAST_UNIQUENESS
from surveys.core.disclosure import FEWEST
from surveys.core.said import say

FEW, FEW_PER_ITEM = 50, 5  # rows that figures of items need at the least (Gorsuch, 1983)


def reliability_of(answers: Answers, basis: str) -> tuple[ReliabilityFigures, list[Check]]:
    """The figures of one set of complete rows; Refused where they carry none.

    On ``polychoric`` correlations alpha is that of the latent variables (ordinal alpha; Zumbo, Gadermann and
    Zeisser, 2007) and has no interval; item-rest correlations and omega are then theirs too.  Means and SDs
    are always those of the answers.
    """
    check_varying(answers)
    spread, p = covariance(answers), len(answers.items)
    plain = as_correlations(spread)
    used = polychorics_of(answers) if basis == POLYCHORIC else plain
    check_definite(used, basis == POLYCHORIC)
    own = spread if basis == PEARSON else used
    alpha = factor.alpha(own)
    one_factor = factor.minres(used) if p >= reliability.LEAST_ITEMS else None
    low, high = (None, None)
    if basis == PEARSON and answers.weights is None:
        low, high = reliability.feldt(alpha, answers.n, p)
    figures = ReliabilityFigures(
        n=answers.n,
        alpha=alpha,
        low=low,
        high=high,
        standardised=factor.alpha(used),
        omega=None if one_factor is None else reliability.omega(one_factor),
        mean_correlation=float((used.sum() - p) / (p * (p - 1))),
        items=_items(answers, spread, own, one_factor),
    )
    return figures, _checks(figures, one_factor, answers.items)


def _items(
    answers: Answers, spread: factor.Matrix, own: factor.Matrix, one_factor: factor.Extraction | None
) -> tuple[ItemFigures, ...]:
    rest, dropped = reliability.item_rest(own), reliability.alpha_dropped(own)
    average, sd = means(answers), np.sqrt(np.diag(spread))
    return tuple(
        ItemFigures(
            item=name,
            mean=float(average[at]),
            sd=float(sd[at]),
            item_rest=float(rest[at]),
            alpha_dropped=float(dropped[at]),
            loading=None if one_factor is None else float(one_factor.loadings[at, 0]),
            rarest=rarest(answers.values[:, at]),
        )
        for at, name in enumerate(answers.items)
    )


def _checks(
    figures: ReliabilityFigures, one_factor: factor.Extraction | None, items: tuple[str, ...]
) -> list[Check]:
    found = []
    if figures.n < max(FEW, FEW_PER_ITEM * len(items)) and figures.n >= FEWEST:
        message = say("Only {n} rows answer every item: figures of so few rows say little.", n=figures.n)
        found.append(Check("warning", "few_rows", message))
    if figures.alpha is not None and figures.alpha < 0:
        message = "Alpha is negative: is an item worded the other way and not reversed?"
        found.append(Check("warning", "negative_alpha", message))
    for one in figures.items:
        if one.item_rest is not None and one.item_rest < 0:
            message = say("{item} goes against the other items: should it be turned round?", item=one.item)
            found.append(Check("warning", "against_the_others", message, (one.item,)))
    if one_factor is not None:
        found += heywood(one_factor, items)
    return found


def heywood(extraction: factor.Extraction, items: tuple[str, ...]) -> list[Check]:
    """A warning for each item that the factors explain wholly."""
    return [
        Check(
            "warning",
            "heywood",
            say(
                "A Heywood case: the factor explains all of {item}, which leaves no room for error; its "
                "loading is a limit, not an estimate.",
                item=name,
            ),
            (name,),
        )
        for name, left in zip(items, extraction.uniquenesses, strict=True)
        if left <= LEAST_UNIQUENESS + 1e-9 and extraction.method != "principal"
    ]
