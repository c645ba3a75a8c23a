"""What is told of a scale in one set of rows: reliability, one factor, and the score on its two metrics.

Everything comes from how the items are answered together (see ``measures.core.engine.joint``); no row is
looked at again.  Figures are those of the rows that answer every item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from measures.core import factor, reliability
from measures.core.engine.joint import Joint
from measures.core.factor import Matrix, Vector
from measures.core.factors import Solution, determinacy, matched, solve
from measures.core.language.functions_of_samples import PEARSON, POLYCHORIC
from measures.core.polychoric import LARGEST, polychorics
from measures.core.rotation import Rotated
from measures.core.scale import Metric, Scale, even_weights
from surveys.core.problems import refuse
from surveys.core.said import say, sentence

DIGITS = 10  # significant digits that are told: the last ones of linear algebra differ between machines
_SINGULAR = 1e-10  # as where fits are made


@dataclass(frozen=True)
class Drift:
    """One set of rows scored twice: on the frozen metric, and refitted on these rows.

    ``congruence``: Tucker's, of the loadings here with the frozen ones; None where no factor was fitted.
    """

    mean: float
    sd: float
    refitted_mean: float
    refitted_sd: float
    correlation: float  # of the two scores
    congruence: float | None
    is_same_number: bool = True  # whether the frozen factor has its number here as well


@dataclass(frozen=True)
class Alike:
    """``tables``: of each factor Tucker's congruence (m, m) of its loadings in ``m`` sets of rows with one
    another.  ``numbers``: of each set of rows the numbers that its own factors have there."""

    tables: tuple[Matrix, ...]
    numbers: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Figures:
    """Per item (p,): ``means``, ``sds``, ``item_rest``, ``alpha_dropped``, ``kmo_items``, ``loadings`` and
    ``uniquenesses``; ``eigenvalues`` (p,) fall.  ``covariance`` (p, p) is that of the answers,
    ``correlation`` (p, p) is on the ``basis``.  What is not defined is NaN, or None."""

    basis: str
    n: int
    means: Vector
    sds: Vector
    covariance: Matrix
    correlation: Matrix
    alpha: float
    alpha_standardised: float
    omega: float | None
    item_rest: Vector
    alpha_dropped: Vector
    kmo: float
    kmo_items: Vector
    bartlett: tuple[float, int, float] | None  # of Pearson correlations alone: the test is made for them
    extraction: str
    eigenvalues: Vector
    loadings: Vector
    uniquenesses: Vector
    factors: Rotated  # all of them, ``loadings`` being those of the one that is scored
    determinacy: Vector  # (k,) squared correlation of each factor with its regression score
    metric: Metric  # refitted on these rows, as the rule is

    def scored(self, metric: Metric) -> tuple[float, float]:
        """Mean and SD (n - 1) of the score on a metric."""
        slopes = metric.slopes
        mean = float(slopes @ (self.means - metric.means))
        return mean, float(np.sqrt(slopes @ self.covariance @ slopes))


def figures_of(scale: Scale, joint: Joint, basis: str = "") -> Figures:
    """The figures of one set of rows, on the rule's own correlations unless ``basis`` says otherwise; Refused
    in words where the rows carry none."""
    basis = basis or scale.basis
    n, p = joint.n, len(scale.items)
    if n < p + 1:
        raise refuse("unfit_sample", say("Too few rows answer every item: {n}.", n=n))
    means = np.array([float(total / n) for total in joint.moments.sums])
    covariance = _covariance(joint)
    if (np.diag(covariance) <= 0).any():
        still = [name for name, own in zip(scale.names, np.diag(covariance), strict=True) if own <= 0]
        raise refuse("unfit_sample", say("Every row gives the same answer to {items}.", items=still))
    sds = np.sqrt(np.diag(covariance))
    pearson = covariance / np.outer(sds, sds)
    np.fill_diagonal(pearson, 1.0)
    _check(pearson, "One item is a combination of the others.")
    latent = _polychoric(joint, p) if POLYCHORIC in (basis, scale.basis) else pearson
    on = {PEARSON: pearson, POLYCHORIC: latent}
    return _figures(scale, joint, basis, means, covariance, on[basis], on[scale.basis])


def _figures(
    scale: Scale, joint: Joint, basis: str, means: Vector, covariance: Matrix, used: Matrix, own: Matrix
) -> Figures:
    """``used`` (p, p): the correlations that are told of; ``own``: those that the rule is fitted on."""
    p, sds = len(means), np.sqrt(np.diag(covariance))
    found = _solved(used, scale)
    adequacy, per_item = factor.kmo(used)
    spread = covariance if basis == PEARSON else used
    return Figures(
        basis=basis,
        n=joint.n,
        means=means,
        sds=sds,
        covariance=covariance,
        correlation=used,
        alpha=factor.alpha(spread),
        alpha_standardised=factor.alpha(used),
        omega=reliability.omega_of(used),
        item_rest=reliability.item_rest(spread),
        alpha_dropped=reliability.alpha_dropped(spread),
        kmo=adequacy if p > 2 else float("nan"),  # of two items it is a half, whatever they are
        kmo_items=per_item if p > 2 else np.full(p, np.nan),
        bartlett=factor.bartlett(used, joint.n) if basis == PEARSON else None,
        extraction=found.extraction.method,
        eigenvalues=found.extraction.eigenvalues,
        loadings=found.loadings,
        uniquenesses=found.uniquenesses,
        factors=found.rotated,
        determinacy=determinacy(found.rotated.structure, used),
        metric=_refitted(scale, joint.n, means, sds, own),
    )


def _refitted(scale: Scale, n: int, means: Vector, sds: Vector, own: Matrix) -> Metric:
    """The metric that the rule would fit on these rows; a plain sum or mean has none but itself."""
    p = len(means)
    if not scale.extraction:
        even = even_weights(scale)
        return (
            Metric(means, sds, even, n=n) if scale.is_standardised else Metric(0 * means, 0 * sds + 1, even)
        )
    found = _solved(own, scale)
    weights = found.weights / (p if scale.scores == "mean" else 1)
    pattern = found.rotated.loadings if scale.factors > 1 else None
    return Metric(means, sds, weights, found.loadings, n, pattern, scale.factor)


def _solved(correlation: Matrix, scale: Scale) -> Solution:
    """Refused in words where these rows do not carry the rule's factors."""
    found = solve(correlation, scale.wanted)
    if found.fault:
        raise refuse("unfit_sample", say("The factors are not told: {why}.", why=sentence(found.fault)))
    return found


def _covariance(joint: Joint) -> Matrix:
    """Of the complete rows (n - 1), from exact sums."""
    n, sums, p = joint.n, joint.moments.sums, len(joint.moments.sums)
    found = np.zeros((p, p))
    for i in range(p):
        for j in range(i + 1):
            shared = joint.moments.products[i][j] - sums[i] * sums[j] / n
            found[i, j] = found[j, i] = float(shared / (n - 1))
    return found


def _polychoric(joint: Joint, p: int) -> Matrix:
    if not joint.pairs:
        message = "Polychoric correlations are for answers of few ordered codes."
        raise refuse("not_ordered", message, hint="Take the correlations of Pearson.")
    found = polychorics(joint.pairs, p)
    _check(found, "The polychoric correlations fit no set of rows: they are not positive definite.")
    return found


def _check(correlation: Matrix, why: str) -> None:
    if np.linalg.eigvalsh(correlation)[0] < _SINGULAR:
        raise refuse("unfit_sample", why)


def drift_of(figures: Figures, frozen: Metric) -> Drift:
    """The rows of ``figures`` on a frozen metric, beside the one refitted on them."""
    mean, sd = figures.scored(frozen)
    own_mean, own_sd = figures.scored(figures.metric)
    shared = float(frozen.slopes @ figures.covariance @ figures.metric.slopes)
    alike = None
    if frozen.loadings is not None and figures.metric.loadings is not None:
        alike = reliability.congruence(figures.metric.loadings, frozen.loadings)
    is_same = True
    if frozen.pattern is not None and figures.metric.pattern is not None:
        own = matched(figures.metric.pattern, frozen.pattern)
        is_same = own[frozen.factor - 1] == frozen.factor - 1
    return Drift(mean, sd, own_mean, own_sd, shared / (sd * own_sd), alike, is_same)


def congruences(found: Sequence[Figures], reference: Matrix | None = None) -> Alike:
    """How alike the loadings of several sets of rows are, factor by factor.

    ``reference`` (p, k): the loadings whose numbering holds for all; else those of the first set of rows.
    """
    if not found:
        return Alike((), ())
    known = found[0].factors.loadings if reference is None else reference
    places = [matched(one.factors.loadings, known) for one in found]
    loadings = [one.factors.loadings[:, place] for one, place in zip(found, places, strict=True)]
    columns = (np.array([one[:, at] for one in loadings]) for at in range(known.shape[1]))
    numbers = tuple(tuple(place + 1 for place in one) for one in places)
    return Alike(tuple(map(_with_one_another, columns)), numbers)


def _with_one_another(loadings: Matrix) -> Matrix:
    lengths = np.sqrt((loadings**2).sum(axis=1))
    return np.asarray(loadings @ loadings.T / np.outer(lengths, lengths))


def ends_reached(figures: Figures) -> list[tuple[int, int]]:
    """Pairs of items (by place) whose polychoric correlation is as large as one can be told."""
    if figures.basis != POLYCHORIC:
        return []
    pairs = combinations(range(len(figures.means)), 2)
    return [(i, j) for i, j in pairs if abs(figures.correlation[i, j]) >= LARGEST]


def plain(number: float | None) -> float | None:
    """A figure as it is told: ten significant digits; None where it is not defined."""
    return None if number is None or not np.isfinite(number) else float(f"{number:.{DIGITS - 1}e}")


def plains(numbers: Any) -> list[float | None]:
    return [plain(float(number)) for number in numbers]
