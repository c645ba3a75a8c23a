"""What is written, whatever the format: a codebook, columns one at a time, and what got lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl

from surveys.core.codebook import Codebook, Labels

# Files name a moment of creation; ours is always this one, so that the same content gives the same bytes.
FIXED_TIME = datetime(2000, 1, 1)  # noqa: DTZ001 - file formats hold local time without a zone

Column = Callable[[int], tuple[pl.Series, pl.Series]]
RawColumn = Callable[[int], tuple[pl.Series, "pl.Series | None"]]
SYNTHETIC = {"en": "SYNTHETIC DATA: ", "zh": "合成数据："}  # before the title of a file


@dataclass(frozen=True)
class Loss:
    """One thing a format could not carry as it was: ``what`` is a stable code, ``why`` a sentence.

    ``variable`` is the name in the codebook, empty when the whole file is meant.  Quotes no cell.
    ``became`` says, for missing codes and reasons that stand otherwise in the file, what each stands as:
    a code, a Stata letter such as ``.a``, the same text where it is no longer declared, or nothing at all.
    """

    variable: str
    what: str
    why: str
    became: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Derivation:
    """How a derived column came to be: its rule, and the rule as a sentence per language."""

    measure: str  # the measure version, as in fsp@2
    rule: str
    sentences: Labels = field(default_factory=dict)
    inputs: tuple[str, ...] = ()  # items and measures that the rule reads
    citation: str = ""


@dataclass(frozen=True)
class About:
    """What a codebook says of a version beside its variables.

    ``counted`` are the stored frequencies (``surveys.core.frequencies``) in the order of the variables:
    writers tell of them only what ``surveys.core.disclosure`` lets everyone know.
    """

    name: str  # mdms/2014@1
    titles: Labels
    made: date
    content_hash: str
    codebook_hash: str
    counted: Sequence[Mapping[str, Any]]
    source: str = ""  # how the study wants to be cited
    licence: str = ""
    abstract: Labels = field(default_factory=dict)
    derived: Mapping[str, Derivation] = field(default_factory=dict)  # by the name of the column
    errata: Sequence[Labels] = ()  # what was corrected since


@dataclass(frozen=True)
class ExportTable:
    """A version as the writers see it.

    ``column(i)`` gives (values, reasons) of the i-th variable of the codebook, both of length ``rows``:
    values are null wherever reasons are not (``surveys.core.table.split``).  ``raw(i)``, where the
    version is an imported file, gives (cells with declared missing codes still in place, tags or None).
    ``about`` is what the codebooks tell; writers of data do without it.
    ``titles`` are the title by language.
    """

    codebook: Codebook
    rows: int
    column: Column
    title: str
    citation: str
    is_synthetic: bool
    raw: RawColumn | None = None
    about: About | None = None
    titles: Labels = field(default_factory=dict)

    @property
    def heading(self) -> str:
        """The title, with *synthetic* in front where no cell was ever answered by a person."""
        return SYNTHETIC["en"] + self.title if self.is_synthetic else self.title

    def heading_in(self, language: str) -> str:
        """The heading beside labels in ``language``, which may name a script or region; English where the
        title is not told in it."""
        for code in (language, language.partition("-")[0]):
            if code != "en" and (title := self.titles.get(code)):
                return SYNTHETIC.get(code, SYNTHETIC["en"]) + title if self.is_synthetic else title
        return self.heading

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences that travel in the notes of every format."""
        synthetic = (
            ("These data are synthetic: no record belongs to a real person.",) if self.is_synthetic else ()
        )
        cite = (f"Cite as: {self.citation}",) if self.citation else ()
        return synthetic + cite + self.codebook.notes
