"""Whether what was built still holds: fresh, stale because of something, or blocked by something."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    FRESH = "fresh"
    STALE = "stale"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Freshness:
    """``causes`` are sentences without a full stop that name what changed; empty when fresh.

    ``step`` says what to do next, ``waits`` whether a dataset must be mended or built before, ``remarks``
    what a rebuild would carry beside the answers; two that differ in these alone are equal.
    """

    state: State
    causes: tuple[str, ...] = ()
    step: str = field(default="", compare=False)
    remarks: tuple[str, ...] = field(default=(), compare=False)
    waits: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        if (self.state is State.FRESH) != (not self.causes):
            raise ValueError("only what is fresh has no cause")

    @property
    def is_fresh(self) -> bool:
        return self.state is State.FRESH


FRESH = Freshness(State.FRESH)


def fresh(*remarks: str) -> Freshness:
    """Every answer still holds; ``remarks`` tell the words that were changed since."""
    return Freshness(State.FRESH, remarks=tuple(dict.fromkeys(remarks)))


def stale(*causes: str, step: str = "", remarks: tuple[str, ...] = (), waits: bool = False) -> Freshness:
    return Freshness(State.STALE, tuple(dict.fromkeys(causes)), step, remarks, waits)


def blocked(*causes: str, step: str = "") -> Freshness:
    return Freshness(State.BLOCKED, tuple(dict.fromkeys(causes)), step, waits=True)
