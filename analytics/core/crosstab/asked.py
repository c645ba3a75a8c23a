"""What may be asked of a crosstab."""

from __future__ import annotations

from dataclasses import dataclass

PERCENTS = ("column", "row", "total")
ADJUSTMENTS = ("holm", "bonferroni", "none")
INTERVALS = ("newcombe", "wald")
MOST_COMPARED = 10  # columns compared pair by pair; more would make a table of comparisons only


@dataclass(frozen=True)
class Asked:
    """``letters`` and ``differences`` are empty where not asked for, else the adjustment and the interval.

    ``paired`` takes the two variables as the same item asked twice. ``force_total`` makes the shown
    percentages add to exactly 100.
    """

    percent: str = "column"
    decimals: int = 2
    letters: str = ""
    differences: str = ""
    paired: bool = False
    force_total: bool = False
