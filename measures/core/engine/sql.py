"""The few pieces of SQL everything is made of: literals, parameters, ranks of absences.

No text of a user ever becomes SQL: numbers are written from checked doubles, every string is a bound
parameter, names are made here.  Absences travel as small ranks in order of precedence, so that the
strongest of several is ``LEAST`` (which passes nulls over).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from measures.core.engine.dialect import DUCKDB, Dialect
from measures.core.language.tree import Type
from surveys.core.absence import OUT_OF_RANGE, precedence
from surveys.core.codebook import Scalar

UNCOVERED = "uncovered"  # a value that recode, case or a condition says nothing about; stored as out_of_range
NO_REASON = "CAST(NULL AS INTEGER)"
LARGEST_INTEGER = 2.0**53  # above it a double no longer holds every integer
LARGEST_STORED = 2.0**63  # what a column of integers can hold


@dataclass
class Reasons:
    """The absences a plan may meet, ranked by precedence (1 is the strongest)."""

    words: tuple[str, ...]
    _ranks: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.words = tuple(sorted({*self.words, OUT_OF_RANGE, UNCOVERED}, key=_order))
        self._ranks = {word: rank for rank, word in enumerate(self.words, start=1)}

    def rank(self, word: str) -> str:
        """The SQL of a reason's rank."""
        return str(self._ranks[word])

    def ranks(self, words: Collection[str]) -> str:
        """The ranks of several reasons, for ``IN``; an uncovered value is out_of_range as well."""
        wanted = {*words, UNCOVERED} if OUT_OF_RANGE in words else {*words}
        return ", ".join(self.rank(word) for word in self.words if word in wanted)


def _order(word: str) -> tuple[int, str, bool]:
    """By precedence; an uncovered value counts as out_of_range, and shows where the two meet."""
    place, name = precedence(OUT_OF_RANGE if word == UNCOVERED else word)
    return place, name, word != UNCOVERED


@dataclass
class Parameters:
    """Bound parameters of one statement."""

    dialect: Dialect = DUCKDB
    _names: dict[str, str] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, str]:
        """What is bound to each name."""
        return {name: value for value, name in self._names.items()}

    def text(self, value: str) -> str:
        """The SQL of a text: always a parameter."""
        name = self._names.setdefault(value, f"p{len(self._names)}")
        return f"CAST({self.dialect.sign}{name} AS {self.dialect.text})"


@dataclass(frozen=True)
class Terms:
    """What all parts of one statement share."""

    reasons: Reasons
    parameters: Parameters

    @property
    def dialect(self) -> Dialect:
        return self.parameters.dialect

    def rank(self, word: str) -> str:
        """The SQL of a reason's rank."""
        return self.reasons.rank(word)

    def text(self, value: str) -> str:
        """The SQL of a text: always a parameter."""
        return self.parameters.text(value)

    def null(self, kind: Type) -> str:
        """The SQL of a value that is not there."""
        return f"CAST(NULL AS {self.dialect.type_of(kind)})"

    def literal(self, value: Scalar, kind: Type) -> str:
        """The SQL of a constant of a rule."""
        if not isinstance(value, str):
            return number(value)
        text = self.text(value)
        return text if kind is Type.TEXT else f"CAST({text} AS {self.dialect.type_of(kind)})"


def number(value: float) -> str:
    """The SQL of a number: the shortest text that reads back as exactly this double."""
    value = float(value)
    if not math.isfinite(value):
        raise ValueError("a literal must be finite")
    return f"CAST('{value!r}' AS DOUBLE)"


@dataclass(frozen=True)
class Pair:
    """The SQL of an expression: its value, and the rank of its absence (None: never absent).

    Value null exactly where the rank is not null.
    """

    value: str
    reason: str | None
    type: Type
    is_exact: bool = False  # an integer held as such, not as a double
    most: float | None = None  # no number is further from 0; None: not known

    @property
    def double(self) -> str:
        """The value as a number."""
        return f"CAST({self.value} AS DOUBLE)"


def strongest(pairs: Iterable[Pair]) -> str | None:
    """The SQL of the strongest absence among expressions; None when none can be absent."""
    ranks = [pair.reason for pair in pairs if pair.reason is not None]
    if len(ranks) < 2:
        return ranks[0] if ranks else None
    return f"LEAST({', '.join(ranks)})"
