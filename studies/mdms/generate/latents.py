"""The latents behind the answers: one draw of correlated normals, bent by community and city."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.mdms.generate.ranks import Floats, Ints
from studies.mdms.generate.spec import City, Spec


@dataclass
class Draw:
    """One draw in the making: the source of chance, each record's city and community, and its latents.

    ``city`` indexes ``spec.cities``, ``community`` counts from 0 in a city; both have shape (n,).
    ``city_effect`` has one figure a city, mean 0 and SD 1, and is unrelated to the context values.
    """

    spec: Spec
    rng: np.random.Generator
    city: Ints
    community: Ints
    latent: dict[str, Floats]
    city_effect: Floats

    @property
    def n(self) -> int:
        return len(self.city)

    def by_city(self, values: Sequence[float] | NDArray[Any]) -> NDArray[Any]:
        """One figure a city, spread over its records."""
        return np.asarray(values)[self.city]


def draw_latents(spec: Spec, rng: np.random.Generator) -> Draw:
    """Normals with the correlations of the specification, community types and city shifts added."""
    wanted, names = spec.latents, spec.latents["names"]
    sizes = [city.answered for city in spec.cities]
    city = np.repeat(np.arange(len(sizes)), sizes)
    normals = rng.multivariate_normal(np.zeros(len(names)), correlation_matrix(wanted), spec.n)
    latent = dict(zip(names, normals.T, strict=True))
    communities = wanted["communities_per_city"]
    community = np.concatenate([np.arange(size) % communities for size in sizes])
    spread = wanted["community_sd"]
    kinds = rng.normal(size=(len(sizes), communities)) * spread
    latent["comm"] = (latent["comm"] + kinds[city, community]) / math.sqrt(1 + spread**2)
    effect = unexplained(np.array(wanted["city_pattern"]), spec.cities)
    for name, shift in wanted["shift_along_city_effect"].items():
        latent[name] = latent[name] + shift / wanted["reference_sd"] * effect[city]
    for name, shift in wanted["shift_along_local_share"].items():
        latent[name] = latent[name] + shift * local_share(spec.cities)[city]
    return Draw(spec, rng, city, community, latent, effect)


def correlation_matrix(wanted: dict[str, Any]) -> Floats:
    """The nearest-looking positive definite matrix: eigenvalues under 0.001 raised, diagonal back to 1."""
    names = wanted["names"]
    matrix = np.eye(len(names))
    for one, others in wanted["correlations"].items():
        for other, r in others.items():
            i, j = names.index(one), names.index(other)
            matrix[i, j] = matrix[j, i] = r
    values, vectors = np.linalg.eigh(matrix)
    matrix = vectors @ np.diag(np.clip(values, 1e-3, None)) @ vectors.T
    scale = np.sqrt(np.diag(matrix))
    return np.asarray(matrix / scale[:, None] / scale[None, :])


def unexplained(pattern: Floats, cities: tuple[City, ...]) -> Floats:
    """The part of a city pattern orthogonal to GDP, floating share and mix of ranges, scaled to SD 1."""
    known = np.column_stack(
        [
            np.ones(len(cities)),
            [city.log_gdp for city in cities],
            [city.floating_share for city in cities],
            [city.between_provinces / city.records for city in cities],
            [city.within_city / city.records for city in cities],
        ]
    )
    left = pattern - known @ np.linalg.lstsq(known, pattern, rcond=None)[0]
    return np.asarray(left / left.std())


def local_share(cities: tuple[City, ...]) -> Floats:
    """How few of a city's migrants come from other provinces, standardised over the cities."""
    between = np.array([city.between_provinces / city.records for city in cities])
    return np.asarray(-(between - between.mean()) / between.std())
