"""Means and standard deviations of whole numbers: which of them some set of answers can have.

GRIM (Brown and Heathers 2017): a mean of n whole numbers is a whole number over n.  GRIMMER (Anaya 2016;
Allard 2018): so is the sum of squares, odd exactly when the sum is.  Bounds: the SD of values between a
lowest and a highest is smallest where they lie together and largest where they lie at both ends.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.core.audit.checks import Check, between, finer, meet, told
from analytics.core.audit.finding import AuditFinding
from analytics.core.audit.lines import Line, lines
from analytics.core.printed import Interval, Printed, read
from analytics.core.targets import PublishedTable
from surveys.core.said import say

MOST_SUMS = 2_000  # sums looked at one by one; with more the mean says nothing that the SD must agree with


@dataclass(frozen=True)
class Scale:
    """Answers of ``n`` people to ``items`` whole-number items, whose mean is one score per person."""

    n: int
    items: int | None = None
    low: float | None = None
    high: float | None = None

    def sums(self, mean: Printed) -> range:
        """Every whole sum of all answers whose mean prints like ``mean``."""
        return (mean.interval * float(self.n * (self.items or 1))).whole_numbers()

    def spread(self, total: int) -> Interval | None:
        """Smallest and largest SD (n - 1) of the n sums of a person's items that add to ``total``."""
        if self.low is None or self.high is None or self.n < 2:
            return None
        k = self.items or 1
        low, high = round(self.low * k), round(self.high * k)
        if high <= low or not low * self.n <= total <= high * self.n:
            return None
        whole, left = divmod(total, self.n)
        least = (self.n - left) * whole**2 + left * (whole + 1) ** 2
        at_top, rest = divmod(total - low * self.n, high - low)
        at_bottom = self.n - at_top - (1 if at_top < self.n else 0)
        most = at_top * high**2 + at_bottom * low**2 + ((low + rest) ** 2 if at_top < self.n else 0)
        return Interval(*(self.sd(total, squares) for squares in (least, most)))

    def sd(self, total: int, squares: float) -> float:
        """The SD on the scale of the score of n sums with these totals."""
        variance = (squares - total**2 / self.n) / (self.n - 1)
        return math.sqrt(max(variance, 0.0)) / (self.items or 1)

    def squares(self, total: int, sd: Printed) -> range:
        """Every whole sum of squares with which the SD prints like ``sd``."""
        k = self.items or 1
        ends = (max(sd.interval.low, 0.0) * k) ** 2, (sd.interval.high * k) ** 2
        return (Interval(*ends) * float(self.n - 1) + total**2 / self.n).whole_numbers()

    def allows(self, total: int, sd: Printed) -> bool:
        """Whether some n whole numbers have this sum and an SD that prints like ``sd``."""
        spread = self.spread(total)
        if spread is not None and not meet(spread, sd.interval):
            return False
        return any(squares % 2 == total % 2 for squares in self.squares(total, sd)[:2])


def integer_findings(table: PublishedTable) -> list[AuditFinding]:
    """GRIM, GRIMMER and the bounds of SDs, for rows of which the table or its notes say enough."""
    found = [(line, scale) for line in lines(table) if (scale := _scale(table, line)) is not None]
    grim = [check for line, scale in found if scale.items and (check := _grim(line, scale)) is not None]
    grimmer = [check for line, scale in found if scale.items and (check := _grimmer(line, scale)) is not None]
    bounds = [check for line, scale in found if (check := _bounds(line, scale)) is not None]
    return [
        *told(
            "grim",
            grim,
            lambda n, total: say("{n} of {total} means are a whole sum over n (GRIM).", n=n, total=total),
        ),
        *told(
            "grimmer",
            grimmer,
            lambda n, total: say(
                "{n} of {total} SDs are those of whole numbers with the printed mean (GRIMMER).",
                n=n,
                total=total,
            ),
        ),
        *told(
            "sd_range",
            bounds,
            lambda n, total: say(
                "{n} of {total} means and SDs are possible between the lowest and the highest value.",
                n=n,
                total=total,
            ),
        ),
    ]


def _scale(table: PublishedTable, line: Line) -> Scale | None:
    """What notes.scales and the row say of n, items, lowest and highest value."""
    noted = table.notes.get("scales")
    said: Mapping[str, Any] = noted.get(line.term, {}) if isinstance(noted, Mapping) else {}
    if "mean" not in line.numbers or not isinstance(said, Mapping):
        return None
    n = _number(line, said, "n")
    n = n if n is not None else table.base(line.column)
    items = _number(line, said, "items")
    if not n or n < 1:
        return None
    whole = max(1, round(items)) if items is not None else (1 if said else None)
    return Scale(round(n), whole, _number(line, said, "min", "low"), _number(line, said, "max", "high"))


def _number(line: Line, said: Mapping[str, Any], *names: str) -> float | None:
    for name in names:
        noted = read(str(said[name])) if name in said else line.numbers.get(name)
        if noted is not None:
            return noted.value
    return None


def _grim(line: Line, scale: Scale) -> Check | None:
    """None where n has so many answers that every mean at these digits is one of whole numbers."""
    mean, answers = line.numbers["mean"], scale.n * (scale.items or 1)
    if answers * mean.unit >= 1:
        return None
    sums = scale.sums(mean)
    nearest = round(mean.value * answers)
    digits = finer(mean) + 1
    arithmetic = say(
        "{name}: {sum} / {answers} = {value}, {sum_after} / {answers} = {after}; printed {printed}",
        name=line.name,
        sum=math.floor(mean.value * answers),
        answers=answers,
        value=f"{math.floor(mean.value * answers) / answers:.{digits}f}",
        sum_after=math.floor(mean.value * answers) + 1,
        after=f"{(math.floor(mean.value * answers) + 1) / answers:.{digits}f}",
        printed=mean.text,
    )
    sentence = say(
        "{name}: no {answers} whole numbers have the mean {printed}; the nearest is {near}.",
        name=line.name,
        answers=answers,
        printed=mean.text,
        near=f"{nearest / answers:.{digits}f}",
    )
    return Check(arithmetic, len(sums) > 0, sentence, line.column, line.term, {"answers": answers})


def _grimmer(line: Line, scale: Scale) -> Check | None:
    mean, sd = line.numbers["mean"], line.numbers.get("sd")
    sums = scale.sums(mean)
    if sd is None or sd.value < 0 or scale.n < 2 or not 0 < len(sums) <= MOST_SUMS:
        return None
    if all(len(scale.squares(total, sd)) > 1 for total in sums) and scale.low is None:
        return None  # so many squares fit that nothing could contradict
    possible = [total for total in sums if scale.allows(total, sd)]
    shown = possible[0] if possible else sums[0]
    squares = scale.squares(shown, sd)
    arithmetic = say(
        "{name}: sum {sum}, SD {sd}: the sum of squares must be a whole number, {parity}, from {low:.1f} to "
        "{high:.1f}",
        name=line.name,
        sum=shown,
        sd=sd.text,
        parity=say("odd") if shown % 2 else say("even"),
        **_squares_between(scale, shown, sd),
    )
    sentence = say(
        "{name}: no {n} whole numbers have the mean {mean} and the SD {sd}.",
        name=line.name,
        n=scale.n,
        mean=mean.text,
        sd=sd.text,
    )
    return Check(arithmetic, bool(possible), sentence, line.column, line.term, {"squares": len(squares)})


def _squares_between(scale: Scale, total: int, sd: Printed) -> dict[str, float]:
    k, base = scale.items or 1, total**2 / scale.n
    low, high = (max(end, 0.0) * k for end in (sd.interval.low, sd.interval.high))
    return {"low": low**2 * (scale.n - 1) + base, "high": high**2 * (scale.n - 1) + base}


def _bounds(line: Line, scale: Scale) -> Check | None:
    """The SDs that a mean between a lowest and a highest value leaves, and the mean itself."""
    mean, sd, low, high = line.numbers["mean"], line.numbers.get("sd"), scale.low, scale.high
    if low is None or high is None or high <= low or scale.n < 2:
        return None
    spread = _spread(scale, mean) if mean.interval.high >= low and mean.interval.low <= high else None
    place = {"name": line.name, "mean": mean.text, "low": low, "high": high}
    if spread is None:
        arithmetic = say("{name}: mean {mean}, from {low:g} to {high:g}", **place)
        sentence = say("{name}: the mean {mean} lies outside {low:g} to {high:g}.", **place)
        return Check(arithmetic, False, sentence, line.column, line.term)
    least, most = between(spread, (sd or mean).decimals + 1)
    place |= {"least": least, "most": most, "sd": sd.text if sd is not None else say("none"), "n": scale.n}
    arithmetic = say(
        "{name}: n {n}, mean {mean}, from {low:g} to {high:g}: the SD is {least} to {most}; printed {sd}",
        **place,
    )
    sentence = say(
        "{name}: with the mean {mean} between {low:g} and {high:g} the SD is {least} to {most}, never {sd}.",
        **place,
    )
    return Check(arithmetic, sd is None or meet(spread, sd.interval), sentence, line.column, line.term)


def _spread(scale: Scale, mean: Printed) -> Interval | None:
    """Of whole numbers by their sums; else the largest variance is (m - low)(high - m) n / (n - 1)."""
    sums = scale.sums(mean) if scale.items else range(0)
    if scale.items and 0 < len(sums) <= MOST_SUMS:
        return _around(spread for total in sums if (spread := scale.spread(total)) is not None)
    low, high = scale.low or 0.0, scale.high or 0.0
    nearest = min(max((low + high) / 2, mean.interval.low), mean.interval.high)
    middle = min(max(nearest, low), high)
    return Interval(0.0, math.sqrt((middle - low) * (high - middle) * scale.n / (scale.n - 1)))


def _around(intervals: Iterable[Interval]) -> Interval | None:
    all_of = list(intervals)
    if not all_of:
        return None
    return Interval(min(one.low for one in all_of), max(one.high for one in all_of))
