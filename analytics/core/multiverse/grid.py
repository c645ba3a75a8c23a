"""The grid of a multiverse: every combination of the alternatives, or some of them at random."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from math import prod

from analytics.core.multiverse.spec import Axis, Chosen, Grid

Without = Sequence[Mapping[str, Sequence[str]]]


def size_of(axes: Sequence[Axis]) -> int:
    """How many combinations there are altogether."""
    return prod(len(axis.alternatives) for axis in axes)


def combinations(axes: Sequence[Axis]) -> Iterator[Chosen]:
    """Every combination once, the last axis moving fastest."""
    return itertools.product(*(axis.names for axis in axes))


def is_excluded(chosen: Chosen, axes: Sequence[Axis], without: Without) -> bool:
    """Whether one of ``without`` (alternatives by axis, all of which must hold) meets the combination."""
    told = dict(zip((axis.name for axis in axes), chosen, strict=True))
    return any(all(told[name] in values for name, values in one.items()) for one in without)


def grid_of(
    axes: Sequence[Axis], without: Without, at_random: int, seed: int
) -> tuple[tuple[Chosen, ...], Grid]:
    """The combinations to run in the order of the grid, and how they came about.

    At random (``at_random`` over 0): the adopted combination and ``at_random`` - 1 others, each as likely as
    any.  They are those with the smallest SHA-256 of seed and combination, so that the same seed draws the
    same ones with any version of any library.
    """
    kept = [chosen for chosen in combinations(axes) if not is_excluded(chosen, axes, without)]
    whole = size_of(axes)
    told = Grid(whole, whole - len(kept), at_random, seed)
    if not at_random or at_random >= len(kept):
        return tuple(kept), told
    adopted = tuple(axis.adopted for axis in axes)
    others = sorted((one for one in kept if one != adopted), key=lambda one: _lot(one, seed))
    drawn = {adopted, *others[: at_random - 1]}
    return tuple(one for one in kept if one in drawn), told


def _lot(chosen: Chosen, seed: int) -> bytes:
    return sha256("\0".join((str(seed), *chosen)).encode()).digest()
