"""A variable that looks another way than in the wave before: a change of the world, or of the coding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from surveys.core.codebook import Role, ValueType, Variable
from surveys.core.findings import Finding, Severity
from surveys.core.said import say

FEWEST_ROWS = 100  # below, shares move by chance alone
SHARE = 0.25  # of the answers in other codes (total variation)
SPREADS = 0.5  # standard deviations the mean moves
MISSING = 0.20  # of all rows that come to be absent, or stop to be


@dataclass(frozen=True)
class Counted:
    """A variable of a codebook with its frequencies (see :mod:`surveys.core.frequencies`)."""

    variable: Variable
    counts: Mapping[str, Any]


def jumps(before: Mapping[str, Counted], now: Mapping[str, Counted], wave: str) -> Iterator[Finding]:
    """Findings on the variables of ``now`` that were in the wave called ``wave`` under the same name.

    What names rows and measures nothing is left out: keys, and whole numbers of which every row has its own.
    """
    for name, one in now.items():
        other = before.get(name)
        enough = other is not None and min(one.counts["n"], other.counts["n"]) >= FEWEST_ROWS
        if other is None or not enough or one.variable.type is not other.variable.type:
            continue
        if Role.KEY in (one.variable.role, other.variable.role) or (_is_serial(one) and _is_serial(other)):
            continue
        message = _absences(other, one, wave) or _codes(other, one, wave) or _mean(other, one, wave)
        if message:
            yield Finding(Severity.WARNING, "jump", message, name)


def _is_serial(one: Counted) -> bool:
    return one.variable.type is ValueType.INTEGER and one.counts["distinct"] == one.counts["valid"]


def _absences(before: Counted, now: Counted, wave: str) -> str:
    shares = [1 - one.counts["valid"] / one.counts["n"] for one in (before, now)]
    if abs(shares[1] - shares[0]) < MISSING:
        return ""
    return say(
        "{now:.0%} of its rows are absent, {before:.0%} in {wave}.",
        now=shares[1], before=shares[0], wave=wave,
    )  # fmt: skip


def _codes(before: Counted, now: Counted, wave: str) -> str:
    if not (before.variable.codes and now.variable.codes):
        return ""
    here, there = _shares(now), _shares(before)
    moved = sum(abs(here.get(code, 0.0) - there.get(code, 0.0)) for code in here | there) / 2
    if moved < SHARE:
        return ""
    return say("{moved:.0%} of its answers lie in other codes than in {wave}.", moved=moved, wave=wave)


def _shares(one: Counted) -> dict[Any, float]:
    valid = one.counts["valid"] or 1
    return {value: n / valid for value, n in one.counts["values"] if n}


def _mean(before: Counted, now: Counted, wave: str) -> str:
    stats = [one.counts.get("stats") or {} for one in (before, now)]
    if now.variable.codes or not all("sd" in one and one["sd"] > 0 for one in stats):
        return ""
    moved = (stats[1]["mean"] - stats[0]["mean"]) / stats[0]["sd"]
    if abs(moved) < SPREADS:
        return ""
    return say(
        "Its mean is {moved:.1f} standard deviations from that in {wave}.", moved=abs(moved), wave=wave
    )
