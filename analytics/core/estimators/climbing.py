"""Newton's method on a concave log-likelihood, and how to tell that it has no maximum."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.separation import MOVES, WRONG_WAY
from analytics.core.estimators.summary import scaled_inverse, scaled_solve

STEPS = 60
DECREMENT = 1e-13  # squared step in standard errors, as in the logit
EXTREME = 15.0  # a linear predictor beyond this (p under 3e-7) makes separation worth looking for
SHORTEST = 1e-6


@dataclass(frozen=True)
class Place:
    """The likelihood at ``at`` (m,): value, score (m,), information (m, m), largest linear predictor."""

    at: FloatArray
    loglik: float
    score: FloatArray
    information: FloatArray
    reach: float


@dataclass(frozen=True)
class Climb:
    """Where it ended and the last step; ``covariance`` is None where no maximum was found."""

    place: Place
    step: FloatArray
    iterations: int
    decrement: float
    covariance: FloatArray | None


def climb(
    evaluate: Callable[[FloatArray], Place], start: FloatArray, runs_away: Callable[[FloatArray], bool]
) -> Climb:
    """Steps, halved while they lower the likelihood, to the decrement or to where ``runs_away`` says stop."""
    here, step, decrement = evaluate(start), np.zeros(len(start)), math.inf
    for iteration in range(1, STEPS + 1):
        try:
            step = scaled_solve(here.information, here.score)
        except np.linalg.LinAlgError:
            return Climb(here, step, iteration, decrement, None)
        decrement = float(here.score @ step)
        if decrement < DECREMENT:
            there = replace(here, at=here.at + step)
            return Climb(there, step, iteration, decrement, scaled_inverse(here.information))
        if here.reach > 2 * EXTREME and runs_away(step):
            return Climb(here, step, iteration, decrement, None)
        here = _advance(evaluate, here, step)
    return Climb(here, step, STEPS, decrement, None)


def _advance(evaluate: Callable[[FloatArray], Place], here: Place, step: FloatArray) -> Place:
    rounding, length = 1e-12 * abs(here.loglik), 1.0
    while True:
        there = evaluate(here.at + length * step)
        if there.loglik >= here.loglik - rounding or length < SHORTEST:
            return there
        length /= 2


def parts_for_good(gains: Iterable[FloatArray]) -> bool:
    """Whether a direction worsens no row and betters some: ``gains`` are what rows win, block by block."""
    worst, best, most = 0.0, 0.0, 0.0
    for gain in gains:
        if gain.size:
            worst, best = min(worst, float(gain.min())), max(best, float(gain.max()))
            most = max(most, float(np.abs(gain).max()))
    return most > 0 and worst >= -WRONG_WAY * most and best > MOVES * most
