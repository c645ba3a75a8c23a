"""The proof that every code and every absence has an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from measures.core.language.scope import CodeMap
from measures.core.language.tree import Checked
from surveys.core.codebook import Scalar
from surveys.core.problems import Problem


@dataclass(frozen=True)
class Observed:
    """What an item holds in a wave: valid values with counts, absences with counts."""

    values: tuple[tuple[Scalar, int], ...] = ()
    absent: tuple[tuple[str, int], ...] = ()
    is_complete: bool = True  # False: ``values`` lists only the most frequent
    low: float | None = None
    high: float | None = None

    @classmethod
    def from_frequencies(cls, frequencies: Mapping[str, Any], code_map: CodeMap = ()) -> Observed:
        """From the stored frequencies of a variable, seen through the crosswalk's code map."""
        raise NotImplementedError


@dataclass(frozen=True)
class CoverageRow:
    """What becomes of one source code or absence of one item.

    ``value`` or ``reason`` names the cell of the item (for numbers without codes: a value tried);
    ``outcome``/``outcome_reason`` what the part of the rule that reads the item makes of it; both None
    when nothing does (``is_covered`` False).  ``through``: that part, in words, when it is not the rule.
    """

    item: str
    value: Scalar | None
    reason: str | None
    label: str
    rows: int
    outcome: Scalar | None
    outcome_reason: str | None
    is_covered: bool
    through: str = ""


@dataclass(frozen=True)
class Coverage:
    rows: tuple[CoverageRow, ...]
    problems: tuple[Problem, ...]  # one per code without outcome; empty when the rule may be published

    @property
    def is_total(self) -> bool:
        return not self.problems


def coverage(
    checked: Checked, observed: Mapping[str, Observed] | None = None, language: str = "en"
) -> Coverage:
    """Code x outcome for every item of the rule, from its codebook codes, observed values and absences."""
    raise NotImplementedError
