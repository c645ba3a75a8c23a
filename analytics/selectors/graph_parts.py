"""What a graph of freshness is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from measures.core.freshness import Freshness, State

KINDS = ("wave", "measure", "dataset", "run", "target", "hypotheses")
_GRAVITY = (State.FRESH, State.STALE, State.BLOCKED)


@dataclass(frozen=True)
class PrintedCell:
    """A cell of a published table and what the run beside it says; ``verdict`` as in comparisons."""

    term: str
    label: str
    column: str
    printed: Mapping[str, str]
    shown: Mapping[str, str]
    verdict: str

    def as_json(self) -> dict[str, Any]:
        names = ("term", "label", "column", "verdict")
        told = {name: getattr(self, name) for name in names}
        return {**told, "printed": dict(self.printed), "shown": dict(self.shown)}


@dataclass(frozen=True)
class Node:
    """One thing of a study that something rests on; ``needs``: keys of the nodes it rests on itself."""

    key: str
    kind: str
    name: str
    freshness: Freshness
    url: str
    needs: tuple[str, ...] = ()
    remark: str = ""
    cells: tuple[PrintedCell, ...] = ()

    @property
    def anchor(self) -> str:
        """An address within a page."""
        return self.key.replace(":", "-").replace("/", "-").replace("@", "-")

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "kind": self.kind,
            "name": self.name,
            "state": str(self.freshness.state),
            "causes": list(self.freshness.causes),
            "next_step": self.freshness.step,
            "remark": self.remark,
            "needs": list(self.needs),
            "page": self.url,
            "cells": [cell.as_json() for cell in self.cells],
        }


def worst(states: Iterable[State]) -> State:
    """The gravest of some states; fresh where there is none."""
    return max(states, key=_GRAVITY.index, default=State.FRESH)
