"""Local identity: the slopes of Model 3 within cities, a city effect, and chance."""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize

from studies.mdms.generate.answers import NOT_ASKED, Answers
from studies.mdms.generate.latents import Draw
from studies.mdms.generate.ranks import Floats, Ints, highest
from studies.mdms.generate.rules import derive, terms_of_model_3

SELF_EMPLOYED = 3


def add_identity(draw: Draw, answers: Answers) -> Answers:
    """``answers`` with the outcome, exactly as many positives as printed, and the four odd contract answers.

    The SD of the city effect is the one that gives the printed intraclass correlation of the null model.
    """
    want = draw.spec.margins["identity"]
    line, odd = _linear_predictor(draw, answers)
    noise = draw.rng.logistic(size=draw.n)

    def outcome(sd: float) -> Ints:
        pooled = math.sqrt(1 + want["logistic_scale"] * sd**2)
        eta = pooled * line + sd * draw.by_city(draw.city_effect) + draw.by_city(_context_effect(draw))
        return highest(eta + noise, want["ones"])

    def excess(sd: float) -> float:
        return intraclass(outcome(sd), draw.city) - float(want["icc"])

    identity = _one_among(draw, outcome(optimize.brentq(excess, *want["probe"])), odd)
    contract = answers["q_contract"].copy()
    contract[odd] = want["contract_outside_filter"]["code"]
    return answers | {"q_contract": contract, "q_local_identity": np.where(identity == 1, 1, 2)}


def _linear_predictor(draw: Draw, answers: Answers) -> tuple[Floats, Ints]:
    """Model 3 without its constant on the slopes within cities, shape (n,), and the four odd records."""
    want, slopes = draw.spec.margins["identity"], draw.spec.slopes
    within = {t: b - slopes.pooled_minus_within.get(t, 0.0) for t, b in slopes.published.items()}
    terms = terms_of_model_3(derive(answers, draw))
    line = np.sum([slope * terms[term] for term, slope in within.items()], axis=0)
    vocation = np.array(want["occupations"])[answers["q_occupation"] - 1]
    share = want["ones"] / draw.n
    offset = math.log(share / (1 - share)) - float((line + vocation).mean())
    odd = _odd_records(draw, answers, line + vocation + offset)
    was_not_asked = np.isin(np.arange(draw.n), odd) & (answers["q_contract"] == NOT_ASKED)
    return line - within["no_contract"] * was_not_asked + vocation, odd


def _odd_records(draw: Draw, answers: Answers, eta: Floats) -> Ints:
    """Self-employed people with a near-even chance, so that one positive in four is what one expects."""
    want = draw.spec.margins["identity"]["contract_outside_filter"]
    people = np.flatnonzero(answers["q_empstat"] == SELF_EMPLOYED)
    nearest = np.argsort(np.abs(eta[people] + want["nearest_to"]), kind="stable")
    return people[nearest[: want["people"]]]


def _context_effect(draw: Draw) -> Floats:
    want, cities = draw.spec.margins["identity"], draw.spec.cities
    effect = np.array([want["gdp"] * c.log_gdp + want["floating_share"] * c.floating_share for c in cities])
    return np.asarray(effect - effect.mean())


def _one_among(draw: Draw, identity: Ints, odd: Ints) -> Ints:
    """Exactly one positive among the odd records (none or all would leave Model 1 without an estimate)."""
    before = int(identity[odd].sum())
    if before == 1:
        return identity
    identity = identity.copy()
    identity[odd] = np.arange(len(odd)) == 0
    gained = 1 - before
    others = np.setdiff1d(np.flatnonzero(identity == (1 if gained > 0 else 0)), odd)
    identity[draw.rng.choice(others, abs(gained), replace=False)] = 0 if gained > 0 else 1
    return identity


def intraclass(outcome: Ints, city: Ints) -> float:
    """Share of the variance of a 0/1 outcome between cities (one-way analysis of variance)."""
    sizes = np.bincount(city)
    means = np.bincount(city, outcome) / sizes
    between = (sizes * (means - outcome.mean()) ** 2).sum() / (len(sizes) - 1)
    within = ((outcome - means[city]) ** 2).sum() / (len(outcome) - len(sizes))
    variance = (between - within) / sizes.mean()
    return float(variance / (variance + within))
