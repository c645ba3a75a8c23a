"""Waterfalls as they are told: line by line what is left, small counts joined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from measures.core.engine import Waterfall
from surveys.core.disclosure import FEWEST

JOINED = "joined"  # causes that are told together, for few rows have each


@dataclass(frozen=True)
class Line:
    """``rows`` that fall for ``reason`` by a cause, after which ``left`` rows are left.

    ``kind``: item, measure, part (of the rule, in words; ``zh`` in Chinese) or joined, of ``causes`` causes.
    """

    reason: str
    kind: str
    name: str
    zh: str
    rows: int
    left: int
    causes: int = 1

    def as_json(self) -> dict[str, Any]:
        told = {"reason": self.reason, "kind": self.kind, "name": self.name, "rows": self.rows}
        return told | {"left": self.left} | ({"causes": self.causes} if self.kind == JOINED else {})


@dataclass(frozen=True)
class Shown:
    """From ``rows`` down to ``valid`` ones; the rows of all lines and the valid ones add up to ``rows``."""

    rows: int
    valid: int
    lines: tuple[Line, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "valid": self.valid,
            "falls": [line.as_json() for line in self.lines],
        }


def plain(found: Waterfall) -> list[dict[str, Any]]:
    """The falls as JSON types, as they are kept."""
    return [
        {
            "reason": fall.reason,
            "kind": fall.cause.kind,
            "name": fall.cause.name,
            "zh": fall.cause.zh,
            "rows": fall.rows,
        }
        for fall in found.falls
    ]


def shown(falls: Iterable[Mapping[str, Any]], valid: int, *, whole: bool) -> Shown:
    """The lines in order of precedence; without ``whole`` no cause of fewer than ``FEWEST`` rows is named."""
    entries = list(falls)
    rows = left = valid + sum(entry["rows"] for entry in entries)
    lines = []
    for reason, group in groupby(entries, key=lambda entry: entry["reason"]):
        listed = sorted(group, key=lambda entry: -entry["rows"])
        named, joined = (listed, []) if whole else _parted(listed)
        for entry in named:
            left -= entry["rows"]
            told = {name: entry[name] for name in ("reason", "kind", "name", "zh", "rows")}
            lines.append(Line(**told, left=left))
        if joined:
            together = sum(entry["rows"] for entry in joined)
            left -= together
            lines.append(Line(reason, JOINED, "", "", together, left, len(joined)))
    return Shown(rows, valid, tuple(lines))


def _parted(listed: Sequence[Mapping[str, Any]]) -> tuple[list[Any], list[Any]]:
    """Those to be named, and those to be told together, the smallest.

    The rows of a reason are told: of a single cause left out its rows would follow, and so it takes the next
    one with it.
    """
    named, joined = list(listed), list[Any]()
    while named and named[-1]["rows"] < FEWEST:
        joined.insert(0, named.pop())
    while joined and named and (len(joined) < 2 or sum(entry["rows"] for entry in joined) < FEWEST):
        joined.insert(0, named.pop())
    return named, joined
