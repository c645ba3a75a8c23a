"""What a comparison of two codebooks finds, each kind of difference kept apart from the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from surveys.core.codebook import Code, Labels, MissingRule, ResponseSet, Scalar


class Kind(StrEnum):
    """Kinds of difference of one variable; same name never means same question by itself."""

    LABEL = "label"
    QUESTION = "question"
    CODES = "codes"  # codes that only one side has
    CODE_LABEL = "code_label"  # a code of both sides that stands for something else
    MISSING = "missing"
    TYPE = "type"
    LEVEL = "level"
    UNIVERSE = "universe"
    UNIT = "unit"
    LIMITS = "limits"
    DISTRIBUTION = "distribution"
    TRANSLATION = "translation"  # a text in a language that the other side lacks: nothing else is meant


@dataclass(frozen=True)
class TextPair:
    """A text before and after in one language; '' where a side says nothing.

    ``is_translation``: one side says it in other languages alone.
    """

    language: str
    before: str
    after: str
    is_translation: bool = False


def said_otherwise(pairs: Iterable[TextPair]) -> bool:
    """Whether texts differ by more than translations that one side lacks."""
    return any(not pair.is_translation for pair in pairs)


@dataclass(frozen=True)
class Relabelled:
    """A code of both sides whose label differs."""

    value: Scalar
    texts: tuple[TextPair, ...]


@dataclass(frozen=True)
class MissingPair:
    """What one side, or both in different words, declares missing; None where a side does not declare it."""

    before: MissingRule | None
    after: MissingRule | None


@dataclass(frozen=True)
class AttributePair:
    """Type, level, universe, unit or limits before and after."""

    kind: Kind
    before: str
    after: str


@dataclass(frozen=True)
class CountPair:
    """Rows of one value (or of one class, as ``low`` to ``high``) before and after.

    None is a count that may not be told (it is under ten, or would give such a one away), or was not kept: of
    a text that fewer than ten rows of a side hold.
    """

    value: Scalar | None
    before: int | None
    after: int | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Distribution:
    """The valid answers of two sides: ``distance`` is the total variation distance of their shares (0 to 1).

    None where nothing comparable was counted, or where it may not be told.  ``absent`` are rows without a
    value, ``rows`` all rows.
    ``is_untold``: none of it may be told, for the difference would tell of fewer than ten rows.
    """

    distance: float | None
    rows: tuple[int | None, int | None]
    absent: tuple[int | None, int | None]
    counts: tuple[CountPair, ...] = ()
    means: tuple[float | None, float | None] = (None, None)
    is_untold: bool = False


@dataclass(frozen=True)
class VariableDifference:
    """How one variable differs; ``before`` and ``after`` are its names, equal but for a renaming.

    ``translations`` are the languages in which only one side translates a text that both have.
    """

    before: str
    after: str
    labels: tuple[TextPair, ...] = ()
    question: tuple[TextPair, ...] = ()
    codes_added: tuple[Code, ...] = ()
    codes_removed: tuple[Code, ...] = ()
    relabelled: tuple[Relabelled, ...] = ()
    missing: tuple[MissingPair, ...] = ()
    attributes: tuple[AttributePair, ...] = ()
    distribution: Distribution | None = None
    is_distribution_changed: bool = False
    translations: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds in which the two sides differ, in a fixed order."""
        there = {
            Kind.LABEL: said_otherwise(self.labels),
            Kind.QUESTION: said_otherwise(self.question),
            Kind.CODES: self.codes_added or self.codes_removed,
            Kind.CODE_LABEL: self.relabelled,
            Kind.MISSING: self.missing,
            Kind.DISTRIBUTION: self.is_distribution_changed,
            Kind.TRANSLATION: self.translations,
        }
        named = {pair.kind for pair in self.attributes}
        return tuple(kind for kind in Kind if there.get(kind) or kind in named)


@dataclass(frozen=True)
class Renaming:
    """A suggestion: ``before`` may be called ``after`` now.  ``parts`` are the likenesses behind ``score``
    (name, label, question, codes, distribution; each 0 to 1, only those that both sides tell)."""

    before: str
    after: str
    score: float
    parts: Mapping[str, float]


@dataclass(frozen=True)
class SetPair:
    """A multiple-response set that differs; None on the side that has none of this name."""

    name: str
    before: ResponseSet | None
    after: ResponseSet | None
    texts: tuple[TextPair, ...] = ()

    @property
    def labels(self) -> Labels:
        one = self.after or self.before
        return one.labels if one else {}


@dataclass(frozen=True)
class Comparison:
    """Two codebooks side by side.  ``renamed`` is suggested and never applied: its names stand among
    ``removed`` and ``added`` as well.  ``changed`` holds variables of both sides that differ in any kind,
    those among them that are called otherwise by decision; ``unchanged`` the others of both sides."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[Renaming, ...]
    changed: tuple[VariableDifference, ...]
    unchanged: tuple[VariableDifference, ...]
    sets: tuple[SetPair, ...]
    is_moved: bool = False  # the shared variables stand in another order
    decided: tuple[Renaming, ...] = ()  # how alike the pairs are that somebody decided upon

    @property
    def same(self) -> tuple[str, ...]:
        """The later names of variables that differ in nothing."""
        return tuple(one.after for one in self.unchanged)

    @property
    def renamed_by_decision(self) -> tuple[VariableDifference, ...]:
        return tuple(one for one in (*self.changed, *self.unchanged) if one.before != one.after)

    @property
    def is_same(self) -> bool:
        differs = self.added or self.removed or self.changed or self.renamed_by_decision
        return not (differs or self.sets or self.is_moved)

    def of_kind(self, kind: Kind) -> tuple[VariableDifference, ...]:
        """The shared variables that differ in ``kind``."""
        return tuple(one for one in self.changed if kind in one.kinds)
