"""The zip archive and the XML inside a workbook, opened with limits on size and ratio, without entities."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from xml.parsers import expat

from surveys.core.problems import Refused, refuse
from surveys.core.reading.raw import broken
from surveys.core.said import say, sentence

MOST_ENTRIES = 10_000
MOST_UNPACKED = 8 << 30  # bytes of all members together
FREE = 100 << 20  # bytes that may be unpacked whatever the ratio
RATIO = 100
BLOCK = 1 << 18

Attributes = Mapping[str, str]
Start = Callable[[str, Attributes], None]
End = Callable[[str], None]
Text = Callable[[str], None]


class Package:
    """A zip archive whose members are read as streams of XML; refused when it would unpack to too much."""

    def __init__(self, path: Path) -> None:
        try:
            self.archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise broken("its archive has no readable table of contents") from error
        entries = self.archive.infolist()
        self.names = {entry.filename: entry for entry in entries}
        unpacked = sum(entry.file_size for entry in entries)
        if len(entries) > MOST_ENTRIES or len(self.names) < len(entries) or unpacked > MOST_UNPACKED:
            raise bomb("its archive holds more than a workbook does")
        for entry in entries:
            if entry.flag_bits & 1:
                raise refuse(
                    "encrypted_file",
                    "The file is encrypted with a password.",
                    hint="Open it and save it without a password.",
                )
            if entry.file_size > FREE and entry.file_size > RATIO * max(1, entry.compress_size):
                raise bomb(say("a part of it would unpack to more than {ratio} times its size", ratio=RATIO))

    def close(self) -> None:
        self.archive.close()

    def blocks(self, name: str) -> Iterator[bytes]:
        """A member's bytes in blocks; no more than its entry says comes out, and its checksum is held."""
        with _unpacking(), self.archive.open(self.names[name]) as part:
            while block := part.read(BLOCK):
                yield block

    def parse(self, name: str, start: Start, end: End | None = None, text: Text | None = None) -> None:
        """Runs the handlers over a member's XML; names come without their prefix."""
        for _ in self.parsed(name, start, end, text):
            pass

    def parsed(
        self, name: str, start: Start, end: End | None = None, text: Text | None = None
    ) -> Iterator[None]:
        """As :meth:`parse`, pausing after each block so that what was gathered can be taken away."""
        parser = _parser(start, end, text)
        for block in self.blocks(name):
            _feed(parser, block, False)
            yield
        _feed(parser, b"", True)
        yield

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """The parts that a part refers to: id -> (the last word of the relation's kind, member)."""
        folder, file = posixpath.split(name)
        beside = posixpath.join(folder, "_rels", f"{file}.rels")
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, about: Attributes) -> None:
            if tag == "Relationship" and about.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, about.get("Target", ""))).lstrip("/")
                found[about.get("Id", "")] = (about.get("Type", "").rpartition("/")[2], target)

        if beside in self.names:
            self.parse(beside, start)
        return found


def bomb(why: str) -> Refused:
    """A file that is small on disk and large in memory."""
    return refuse(
        "too_large",
        say("The workbook is not read: {why}.", why=sentence(why)),
        hint="Save the sheet alone, as .xlsx or .csv.",
    )


@contextmanager
def _unpacking() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise broken("a part of its archive cannot be unpacked") from error


def _parser(start: Start, end: End | None, text: Text | None) -> expat.XMLParserType:
    """A parser that knows no document type, so no entity of the file's own."""
    parser = expat.ParserCreate()

    def first(name: str, about: dict[str, str]) -> None:
        """The root tells whether its names have a prefix; without one the handlers stand alone, for speed."""
        parser.StartElementHandler, parser.EndElementHandler = start, end
        if ":" in name:
            parser.StartElementHandler = lambda name, about: start(name.rpartition(":")[2], about)
            parser.EndElementHandler = (lambda name: end(name.rpartition(":")[2])) if end else None
        start(name.rpartition(":")[2], about)

    parser.StartElementHandler = first
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.buffer_text = True
    if text is not None:
        parser.CharacterDataHandler = text
    return parser


def _no_doctype(*_: object) -> None:
    raise bomb("its XML declares entities of its own, which workbooks never do")


def _feed(parser: expat.XMLParserType, block: bytes, is_last: bool) -> None:
    try:
        parser.Parse(block, is_last)
    except (expat.ExpatError, LookupError, ValueError) as error:  # the last two: of an encoding not known
        raise broken("a part of it is no well-formed XML") from error
