"""Opening a bundle that somebody gave us: limits on members, sizes and ratios; nothing is ever unpacked."""

from __future__ import annotations

import hashlib
import json
import posixpath
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from surveys.core.problems import Refused, refuse
from surveys.core.said import say, sentence

MOST_ENTRIES = 20_000
MOST_UNPACKED = 8 << 30  # bytes of all members together
MOST_TEXT = 256 << 20  # bytes of one member that is read into memory
FREE = 16 << 20  # bytes that may be unpacked whatever the ratio
RATIO = 200
BLOCK = 1 << 18


class Opened:
    """A zip archive whose names and sizes were looked at; members are read within their stated size."""

    def __init__(self, path: Path) -> None:
        try:
            self.archive = zipfile.ZipFile(path)
        except OSError as error:
            raise refuse(
                "no_file", say("The file cannot be read ({reason}).", reason=error.strerror), where=path.name
            ) from None
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise _not_read(say("it is no zip archive")) from error
        self.entries = {entry.filename: entry for entry in self.archive.infolist()}
        try:
            self._look()
        except Refused:
            self.close()
            raise

    def close(self) -> None:
        self.archive.close()

    @property
    def names(self) -> list[str]:
        return list(self.entries)

    def _look(self) -> None:
        entries = self.archive.infolist()
        if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            raise _not_read(say("it holds more than a bundle does"))
        if len(self.entries) < len(entries):
            raise _not_read(say("two of its members have one name"))
        for entry in entries:
            _look_at(entry)

    def blocks(self, name: str) -> Iterator[bytes]:
        """A member's bytes in blocks; no more than its entry says comes out, and its checksum is held."""
        try:
            with self.archive.open(self.entries[name]) as part:
                while block := part.read(BLOCK):
                    yield block
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise _not_read(say("{name} in it cannot be unpacked", name=name)) from error

    def sha256(self, name: str) -> str:
        digest = hashlib.sha256()
        for block in self.blocks(name):
            digest.update(block)
        return digest.hexdigest()

    def read(self, name: str) -> bytes:
        """A whole member; refused when there is none of the name or when it is too large for memory."""
        if name not in self.entries:
            raise _not_read(say("it has no {name}", name=name))
        if self.entries[name].file_size > MOST_TEXT:
            raise _not_read(say("{name} in it is too large", name=name))
        return b"".join(self.blocks(name))

    def document(self, name: str) -> Any:
        """A member that holds JSON."""
        try:
            return json.loads(self.read(name))
        except (ValueError, RecursionError) as error:
            raise _not_read(say("{name} in it is no JSON", name=name)) from error


def _look_at(entry: zipfile.ZipInfo) -> None:
    """Refuses names that lead elsewhere, links, passwords, and members that unpack to far more."""
    name = entry.filename
    parts = name.split("/")
    if (
        name != posixpath.normpath(name)
        or name.startswith("/")
        or any(part in ("", ".", "..") for part in parts)
        or any(one in name for one in "\\:\0")
    ):
        raise _not_read(say("a name in it leads out of the archive"))
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        raise _not_read(say("a member of it is no plain file"))
    if entry.flag_bits & 1:
        raise _not_read(say("it is encrypted with a password"))
    if entry.file_size > FREE and entry.file_size > RATIO * max(1, entry.compress_size):
        raise _not_read(say("a part of it would unpack to more than {ratio} times its size", ratio=RATIO))


def _not_read(why: str) -> Refused:
    return refuse(
        "bad_bundle",
        say("The bundle is not read: {why}.", why=sentence(why)),
        hint="Ask for it anew where it came from.",
    )
