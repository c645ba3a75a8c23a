"""Waves that one wording of a rule is read on and another is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from measures.models import MeasureVersion
from measures.selectors.scopes import Ground
from measures.selectors.trying import try_rule
from surveys.core.problems import Problem, Refused
from surveys.core.said import both, say, with_sources
from surveys.models import WaveVersion


@dataclass(frozen=True)
class LostWave:
    """A wave that the version in force is read on and the draft is not; ``problem`` says why."""

    wave_version: WaveVersion
    problem: Problem

    def as_json(self) -> dict[str, Any]:
        """As it is kept in the report of a version."""
        told = with_sources(self.problem.as_json())
        return {"wave_version": str(self.wave_version), "rows": self.wave_version.rows, "problem": told}


def lost_waves(
    published: MeasureVersion | None, draft: MeasureVersion, elsewhere: Iterable[Ground]
) -> tuple[LostWave, ...]:
    """Of the waves ``elsewhere``, those where ``published`` gives values and ``draft`` cannot."""
    if published is None:
        return ()
    found = ((here, unread(here, published, draft)) for here in elsewhere)
    return tuple(LostWave(here.version, problem) for here, problem in found if problem is not None)


def unread(here: Ground, one: MeasureVersion, other: MeasureVersion) -> Problem | None:
    """Why ``other`` is not read on a wave that ``one`` is read on; None where that is not so."""
    name = one.measure.name
    try:
        try_rule(here, one.rule, name)
    except Refused:
        return None
    try:
        try_rule(here, other.rule, name)
    except Refused as refused:
        why = reduce(both, (problem.message for problem in refused.problems))
        told = {"one": one, "other": other, "wave": here.version, "rows": here.version.rows, "why": why}
        message = say("{one} is read on {wave} ({rows:,} rows), {other} is not: {why}", **told)
        hint = say(
            "Let the rule read items that the wave has; else no dataset of {wave} can be built with {other}.",
            wave=here.version,
            other=other,
        )
        return Problem("wave_lost", message, hint=hint)
    return None
