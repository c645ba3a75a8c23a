"""The whole later wave: people drawn as in 2014, their answers as the questionnaire of 2016 takes them.

The order of the functions in :func:`generate` is the order in which chance is used: it is part of the recipe.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.making.sav import Columns
from studies.mdms.generate.answers import Answers
from studies.mdms.generate.wave import draw_answers
from studies.mdms.generate_2016.amounts import ONLY_A_BRACKET, amounts
from studies.mdms.generate_2016.options import options
from studies.mdms.generate_2016.spec import SEED, Drift, read_drift


def generate(seed: int = SEED, drift: Drift | None = None) -> Columns:
    """The columns of the wave by variable, each of shape (8000,), for one seed."""
    drift = drift or read_drift()
    rng = np.random.default_rng(drift.rules["seed"])
    before = _some(drift, rng, *_people(seed))
    after: Answers = {
        name: recoded(before[r["from"]], r["to"], rng) for name, r in drift.rules["coded"].items()
    }
    after |= {name: _month(drift, before, *pair) for name, pair in drift.rules["months"].items()}
    after |= amounts(drift, before, rng)
    after |= options(drift, before, rng)
    after |= _frame(drift, before, rng)
    _leave_unanswered(drift, after, rng)
    return {name: after[name] for name in drift.codebook.names}


def _people(seed: int) -> tuple[Answers, NDArray[Any]]:
    """Everyone drawn with the margins of 2014, and the city of each."""
    draw, answers = draw_answers(seed)
    city = np.array([one.code for one in draw.spec.cities])[draw.city]
    return answers | {"community": draw.community + 1}, city


def _some(drift: Drift, rng: np.random.Generator, answers: Answers, city: NDArray[Any]) -> Answers:
    """So many records of each city, in the order of the draw."""
    wanted = drift.rules["records_per_city"]
    rows = [
        np.sort(rng.choice(np.flatnonzero(city == c), wanted, replace=False)) for c in drift.rules["cities"]
    ]
    chosen = np.concatenate(rows)
    return {name: column[chosen] for name, column in (answers | {"city": city}).items()}


def recoded(column: NDArray[Any], to: dict[int, Any], rng: np.random.Generator) -> NDArray[Any]:
    """Each code's new code, or one drawn of several with their shares; codes without one are left blank."""
    found = np.full(len(column), np.nan)
    for code, new in to.items():
        here = np.flatnonzero(column == code)
        shares = new if isinstance(new, dict) else {new: 1.0}
        found[here] = rng.choice(list(shares), len(here), p=list(shares.values()))
    return found


def _month(drift: Drift, before: Answers, year: str, month: str) -> NDArray[Any]:
    later = before[year] + drift.rules["years_later"]
    return np.array([f"{y:04d}-{m:02d}" for y, m in zip(later, before[month], strict=True)])


def _frame(drift: Drift, before: Answers, rng: np.random.Generator) -> Answers:
    """Record numbers, places, dates of interview and weights."""
    size, want = len(before["city"]), drift.rules["fieldwork"]
    city = recoded(before["city"], drift.rules["cities"], rng).astype(int)
    weight = np.exp(rng.normal(size=size) * drift.rules["weights"]["spread"])
    return {
        "CASEID": np.array([f"W16-{number:06d}" for number in range(1, size + 1)]),
        "CITY_GB6": city,
        "COMMID": city * 100 + before["community"],
        "interview_date": np.datetime64(want["first"]) + rng.integers(0, want["days"], size),
        "WGT": np.round(weight / weight.mean(), 4),
    }


def _leave_unanswered(drift: Drift, after: Answers, rng: np.random.Generator) -> None:
    """Some answers become a missing code of their variable; the columns of a block go together.

    What was not asked stays blank, and who gave a bracket for the income keeps it.
    """
    members = {name: set_name for set_name, (_, names) in drift.codebook.sets.items() for name in names}
    drawn: dict[str, NDArray[Any]] = {}
    for name, codes in drift.codebook.missing.items():
        block = members.get(name, name)
        if block not in drawn:
            drawn[block] = rng.random(len(after[name]))
        own = codes if name != "B06" else codes[1:]  # its first says that there is a bracket
        _put_missing(after, name, own, drawn[block], drift.rules["unanswered"])


def _put_missing(
    after: Answers, name: str, codes: tuple[int, ...], luck: NDArray[Any], shares: list[float]
) -> None:
    if not codes:
        return
    column = after[name].copy()
    is_text = column.dtype.kind == "U"
    asked = column != "" if is_text else ~np.isnan(column) & (column != ONLY_A_BRACKET)
    low = 0.0
    for code, share in zip(codes, shares, strict=False):
        here = asked & (luck >= low) & (luck < low + share)
        column[here] = str(code) if is_text else code
        low += share
    after[name] = column
