"""Hours, money and land in the units of 2016."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.mdms.generate.answers import Answers
from studies.mdms.generate_2016.spec import Drift

ONLY_A_BRACKET = 9997


def amounts(drift: Drift, before: Answers, rng: np.random.Generator) -> Answers:
    """Hours and days a week, income a year in thousand yuan, expenditure a month, land in ares."""
    return _hours(drift, before, rng) | _money(drift, before, rng) | _land(drift, before, rng)


def _hours(drift: Drift, before: Answers, rng: np.random.Generator) -> Answers:
    want, size = drift.rules["days_a_week"], len(before["q_hours"])
    days = rng.choice(list(want["shares"]), size, p=list(want["shares"].values())).astype(float)
    hours = before["q_hours"] * days
    days[rng.random(size) < want["not_recorded"]] = np.nan
    return {"B04": hours.astype(float), "B05": days}


def _money(drift: Drift, before: Answers, rng: np.random.Generator) -> Answers:
    want = drift.rules["income"]
    year = np.round(before["q_income"] * want["growth"] * 12 / 1000, 1)
    bracket: NDArray[Any] = np.searchsorted(want["limits"], year, side="right") + 1.0
    is_bracket = rng.random(len(year)) < want["only_a_bracket"]
    spent = np.round(before["q_expenditure"] * drift.rules["expenditure"]["growth"] / 10) * 10
    return {
        "B06": np.where(is_bracket, ONLY_A_BRACKET, year),
        "B06a": np.where(is_bracket, bracket, np.nan),
        "B07": spent.astype(float),
    }


def _land(drift: Drift, before: Answers, rng: np.random.Generator) -> Answers:
    want = drift.rules["land"]
    contracted = np.round(before["q_land_mu"] * want["ares_a_mu"], 1)
    leases = (rng.random(len(contracted)) < want["leased_out"]) & (contracted > 0)
    leased = np.round(contracted * rng.uniform(0.2, 1, len(contracted)), 1)
    return {"C07a": contracted, "C07b": np.where(leases, leased, 0.0)}
