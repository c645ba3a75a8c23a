"""The respondents' answers: latents first, then every item along its latent."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.community.generate.grid import answer_grid
from studies.community.generate.places import Floats, Ints, Places, draw_places
from studies.community.generate.spec import HERE, SEED, Amount, Item, Spec, read_spec
from studies.making.codebook import Described, read_codebook
from studies.making.sav import Columns

NOT_ASKED, NO_ANSWER = -8, -9


def codebook() -> Described:
    return read_codebook(HERE)


def generate(seed: int = SEED) -> tuple[Columns, Places]:
    """The columns of the survey by variable, each of shape (respondents,), and the communities."""
    spec, rng = read_spec(), np.random.default_rng(seed)
    places = draw_places(spec, rng)
    latents = _latents(spec, places, rng)
    n = len(places.of_person)
    columns: dict[str, Ints] = {
        "rid": np.arange(1, n + 1),
        "city": places.city[places.of_person],
        "community_id": places.number[places.of_person],
    }
    for item in spec.items:
        columns[item.name] = _answer(item, latents, columns, rng)
    for amount in spec.amounts:
        columns[amount.name] = _amount(amount, latents, rng)
    columns |= answer_grid(spec.plain["grid"], latents, rng)
    columns |= _meanings(spec, n, rng)
    days: dict[str, NDArray[Any]] = {"interview_date": _days(spec, n, rng)}
    return {name: (columns | days)[name] for name in codebook().names}, places


def _latents(spec: Spec, places: Places, rng: np.random.Generator) -> dict[str, Floats]:
    """Each of variance one: a part of the community, a part of the person's hardship, the rest by chance."""
    n = len(places.of_person)
    found: dict[str, Floats] = {}
    for name, parts in spec.latents.items():
        community, hardship = parts.get("community", 0.0), parts.get("hardship", 0.0)
        rest = np.sqrt(1 - community**2 - hardship**2) * rng.standard_normal(n)
        shared = community * places.disadvantage[name][places.of_person]
        found[name] = shared + rest + (hardship * found["hardship"] if hardship else 0.0)
    return found


def _along(along: str, loading: float, latents: dict[str, Floats], rng: np.random.Generator) -> Floats:
    noise = rng.standard_normal(len(latents["hardship"]))
    return loading * latents[along] + np.sqrt(1 - loading**2) * noise if along else noise


def _answer(item: Item, latents: dict[str, Floats], known: dict[str, Ints], rng: np.random.Generator) -> Ints:
    z = _along(item.along, item.loading, latents, rng)
    cuts = [NormalDist().inv_cdf(share) for share in np.cumsum(item.shares)[:-1]]
    column = np.array(item.codes)[np.searchsorted(cuts, z)]
    _silence(column, item.silent, rng)
    if item.asked_if:
        path, answers = item.asked_if
        column[~np.isin(known[path], answers)] = NOT_ASKED
    for path in item.asked_unless:
        column[known[path] == 1] = NOT_ASKED
    return column


def _amount(amount: Amount, latents: dict[str, Floats], rng: np.random.Generator) -> Ints:
    z = _along(amount.along, amount.loading, latents, rng)
    exact = np.clip(amount.median * np.exp(amount.spread * z), amount.low, amount.high)
    column: Ints = (exact / amount.to).round().astype(np.int64) * amount.to
    _silence(column, amount.silent, rng)
    return column


def _silence(column: Ints, silent: dict[int, float], rng: np.random.Generator) -> None:
    for code, share in silent.items():
        column[rng.random(len(column)) < share] = code


def _meanings(spec: Spec, n: int, rng: np.random.Generator) -> dict[str, Ints]:
    """Up to five standards of integration in order; later places were not always filled."""
    says = spec.plain["meanings"]
    weights = np.log(np.array(says["weights"]))
    order = np.argsort(-(weights + rng.gumbel(size=(n, len(weights)))), axis=1) + 1
    named = rng.choice(np.arange(1, 6), size=n, p=says["named"])
    return {
        f"q_meaning_{rank}": np.where(named >= rank, order[:, rank - 1], NO_ANSWER) for rank in range(1, 6)
    }


def _days(spec: Spec, n: int, rng: np.random.Generator) -> NDArray[np.datetime64]:
    first, last = spec.plain["fieldwork"]
    after = rng.integers(0, (last - first).days + 1, n)
    return np.asarray(np.datetime64(first) + after.astype("timedelta64[D]"))
