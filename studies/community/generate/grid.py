"""The contact grid: up to five people whom the respondent deals with here, a line of questions for each."""

from __future__ import annotations

from typing import Any

import numpy as np

from studies.community.generate.places import Floats, Ints

LINES = range(1, 6)
NOBODY, NOT_ASKED = 0, -8


def answer_grid(
    says: dict[str, Any], latents: dict[str, Floats], rng: np.random.Generator
) -> dict[str, Ints]:
    """Kind of person, seen weekly, kind of work for each line; 0 and "not asked" on lines left empty.

    The further somebody leans on ties of origin, the more kin and townsmen and the fewer locals there are.
    """
    ties, hardship = latents["ties"], latents["hardship"]
    n = len(ties)
    named = rng.choice(np.arange(len(says["named"])), size=n, p=says["named"])
    slope = np.array(says["kinds_on_ties"])
    chances = np.array(says["kinds"]) * np.exp(slope * ties[:, None])
    falling = np.exp(-says["work_on_hardship"] * hardship[:, None] * np.arange(len(says["work"])))
    ranks = np.array(says["work"]) * falling
    columns: dict[str, Ints] = {}
    for line in LINES:
        kind = _choose(chances, rng)
        weekly = (rng.random(n) < np.array(says["weekly"])[kind - 1]).astype(np.int64)
        work = _choose(ranks, rng)
        empty = named < line
        columns[f"q_contact_{line}_kind"] = np.where(empty, NOBODY, kind)
        columns[f"q_contact_{line}_weekly"] = np.where(empty, NOT_ASKED, weekly)
        columns[f"q_contact_{line}_work"] = np.where(empty, NOT_ASKED, work)
    return columns


def _choose(chances: Floats, rng: np.random.Generator) -> Ints:
    """A code from 1 in each row, with the row's chances."""
    ends = np.cumsum(chances, axis=1)
    drawn = rng.random(len(ends)) * ends[:, -1]
    chosen: Ints = (drawn[:, None] >= ends).sum(axis=1) + 1
    return chosen
