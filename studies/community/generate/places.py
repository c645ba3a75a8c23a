"""Cities and communities: how disadvantaged each is, who lives where, and what its record says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.community.generate.spec import Spec

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FACILITIES = ("clinic", "playground", "activity_room", "street_lights")
SHARES = ("migrant_share", "minimum_living_share", "disabled_share")
ALIKE = 0.7  # how far the domains of one community go together


@dataclass(frozen=True)
class Places:
    """Communities in order of their numbers; ``of_person`` tells the community of each respondent."""

    city: Ints
    number: Ints
    disadvantage: dict[str, Floats]
    of_person: Ints
    records: tuple[tuple[Any, ...], ...]

    record_heads = ("community_id", "city", *FACILITIES, *SHARES)


def draw_places(spec: Spec, rng: np.random.Generator) -> Places:
    """Communities with a disadvantage in each domain, their records and their respondents."""
    sizes = [len(city["respondents"]) for city in spec.cities]
    city = np.repeat([one["code"] for one in spec.cities], sizes)
    number = np.concatenate(
        [one["code"] * 100 + np.arange(1, size + 1) for one, size in zip(spec.cities, sizes, strict=True)]
    )
    worse = np.repeat([one["worse"] for one in spec.cities], sizes)
    whole = worse + np.sqrt(1 - np.var(worse)) * rng.standard_normal(len(city))
    disadvantage = {
        domain: ALIKE * whole + np.sqrt(1 - ALIKE**2) * rng.standard_normal(len(city))
        for domain in spec.latents
    }
    respondents = np.concatenate([one["respondents"] for one in spec.cities])
    return Places(
        city,
        number,
        disadvantage,
        np.repeat(np.arange(len(city)), respondents),
        tuple(_records(spec, city, number, whole, rng)),
    )


def _records(
    spec: Spec, city: Ints, number: Ints, whole: Floats, rng: np.random.Generator
) -> list[tuple[Any, ...]]:
    says = spec.plain["records"]
    columns: list[list[Any]] = [number.tolist(), city.tolist()]
    for name in FACILITIES:
        chance = 1 / (1 + np.exp(whole - says["facilities"][name]))
        columns.append((rng.random(len(city)) < chance).astype(int).tolist())
    for name in SHARES:
        spread = np.exp(0.4 * whole + 0.2 * rng.standard_normal(len(city)))
        columns.append(np.minimum(says["shares"][name] * spread, 0.95).round(3).tolist())
    return list(zip(*columns, strict=True))
