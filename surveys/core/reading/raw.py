"""What a reader hands over before anything is decided: names and labels as bytes, cells in chunks."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from surveys.core.codebook import Codebook, Level
from surveys.core.findings import Finding, Severity
from surveys.core.problems import Refused, refuse
from surveys.core.said import say, sentence

RawValue = float | int | bytes
Numbers = NDArray[np.float64]

SECONDS_1582 = -12_219_379_200.0  # 1582-10-14, where SPSS counts from, in seconds since 1970
SECONDS_1960 = -315_619_200.0  # 1960-01-01, where Stata counts from


@dataclass(frozen=True)
class Calendar:
    """How raw numbers of a temporal column become seconds since 1970: ``number * unit + origin``."""

    kind: str  # "date", "datetime" or "time"
    unit: float = 1.0
    origin: float = 0.0


@dataclass(frozen=True)
class RawMissing:
    """A declared missing value or range, in the units of the file."""

    value: RawValue | None = None
    low: float | None = None
    high: float | None = None


@dataclass
class RawVariable:
    """One column as its file describes it; text is still in the file's own bytes."""

    name: bytes
    is_text: bool
    label: bytes = b""
    codes: list[tuple[RawValue, bytes]] = field(default_factory=list)
    tags: list[tuple[str, bytes]] = field(default_factory=list)  # labelled tagged missings
    missing: list[RawMissing] = field(default_factory=list)
    level: Level = Level.UNKNOWN
    format: str = ""
    calendar: Calendar | None = None
    attributes: list[tuple[bytes, list[bytes]]] = field(default_factory=list)  # (name, texts)
    guess: bool = False  # text whose type is found by looking at all cells (delimited files)
    question: bytes = b""
    note: bytes = b""


@dataclass(frozen=True)
class RawSet:
    """A multiple-response set; ``variables`` are long names."""

    name: bytes
    kind: str
    variables: tuple[bytes, ...]
    label: bytes = b""
    counted: bytes | None = None


@dataclass
class RawFile:
    """A file's dictionary.  ``rows`` is None where the file does not say."""

    format: str
    variables: list[RawVariable]
    rows: int | None
    encoding: str = ""  # as declared; "" when the file declares none
    is_decoded: bool = False  # the reader has made text of bytes already; labels are UTF-8
    label: bytes = b""
    notes: list[bytes] = field(default_factory=list)
    weight: bytes = b""
    sets: list[RawSet] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    codebook: Codebook | None = None  # of a file that carries it whole; it describes exactly ``variables``


@dataclass(frozen=True)
class Whole:
    """Whole numbers as narrow as in their file: ``cells + offset``, empty where ``cells`` is ``empty``."""

    cells: NDArray[np.integer[Any]]
    offset: int = 0
    empty: int | None = None


@dataclass(frozen=True)
class Chunk:
    """Some rows: per column doubles (NaN where empty), whole numbers or bytes; tags where it has any."""

    rows: int
    columns: Sequence[Numbers | Whole | list[bytes] | pl.Series]
    tags: Mapping[int, list[str | None]] = field(default_factory=dict)


class Reader(Protocol):
    """A format: ``describe`` reads the dictionary only, ``chunks`` the cells after the budget is checked."""

    def describe(self) -> RawFile: ...

    def chunks(self) -> Iterator[Chunk]: ...


def let_go(data: memoryview, until: int) -> None:
    """Gives back the pages of a mapped file before byte ``until``: they are not needed again."""
    mapped = data.obj
    if isinstance(mapped, mmap.mmap) and (size := min(until, len(data)) // mmap.PAGESIZE * mmap.PAGESIZE):
        mapped.madvise(mmap.MADV_DONTNEED, 0, size)


def broken(what: str) -> Refused:
    """A file that contradicts its own format; most often it was cut or changed on its way."""
    return refuse(
        "damaged_file",
        say("The file is damaged or incomplete: {what}.", what=sentence(what)),
        hint="Copy or export it again from its source and compare the sizes of the two files.",
    )


def swollen(unpacked: int, most: int) -> Refused:
    """A file whose ``unpacked`` bytes are more than ``most`` times its own."""
    return refuse(
        "too_large",
        say(
            "The file would unpack to {size:,} MB, more than {most} times its size.",
            size=unpacked >> 20,
            most=most,
        ),
        hint="Save it again without compression if it is real.",
    )


def rows_unsaid(rows: int) -> Finding:
    """A file that nobody can tell to be whole: it was read to its end."""
    text = say(
        "The file does not say how many rows it holds: {rows:,} were found. One that was cut "
        "exactly between two rows looks whole: hold the number against the one its source gives "
        "(--rows on the command line checks it).",
        rows=rows,
    )
    return Finding(Severity.WARNING, "rows_not_declared", text)


class Bytes:
    """A cursor over a file's bytes that refuses to run past the end."""

    def __init__(self, data: bytes | memoryview, order: str = "<", position: int = 0) -> None:
        self.data, self.order, self.position = data, order, position

    def take(self, size: int) -> bytes:
        if size < 0 or self.position + size > len(self.data):
            raise broken("it ends in the middle of its description of the variables")
        taken = bytes(self.data[self.position : self.position + size])
        self.position += size
        return taken

    def numbers(self, kind: str, count: int = 1) -> list[Any]:
        """``count`` numbers of a numpy type such as ``i4`` or ``f8``."""
        if not 0 <= count <= len(self.data):
            raise broken("a count in its description is impossible")
        dtype = np.dtype(self.order + kind)
        found: list[Any] = np.frombuffer(self.take(dtype.itemsize * count), dtype=dtype).tolist()
        return found

    def number(self, kind: str) -> Any:
        return self.numbers(kind)[0]

    def count(self) -> int:
        """A number of things or bytes that may still follow."""
        count = int(self.number("i4"))
        if not 0 <= count <= len(self.data):
            raise broken("a count in its description is impossible")
        return count

    def text(self, size: int) -> bytes:
        """A field of fixed size up to its first NUL."""
        return self.take(size).split(b"\0", 1)[0]
