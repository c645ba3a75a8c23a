"""The file store: every file lies under the hash of its content, and is named only when it is whole.

Written aside on the same file system, flushed, made read-only, read back and hashed again, renamed,
and the folders flushed: a crash at any moment leaves either nothing or a whole file at its name.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from surveys.core.problems import refuse
from surveys.core.said import say

_BLOCK = 1 << 20


class Holds:
    """Locks by which those who keep files and those who remove them wait for each other.

    One lock file for each first byte of a hash.  Whoever keeps a file shares its lock until the row that
    names it is committed; whoever removes one must be alone with it.  They end with their process.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.descriptors: dict[str, int] = {}

    def share(self, sha256: str) -> None:
        """Waits until nobody removes files with this first byte, and keeps it so."""
        fcntl.flock(self._descriptor(sha256), fcntl.LOCK_SH)

    def alone(self, sha256: str) -> bool:
        """Whether nobody else holds the lock; gives up one's own share of it."""
        try:
            fcntl.flock(self._descriptor(sha256), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _descriptor(self, sha256: str) -> int:
        name = sha256[:2]
        if name not in self.descriptors:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.descriptors[name] = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self.descriptors[name]

    def let_go(self) -> None:
        for descriptor in self.descriptors.values():
            os.close(descriptor)


@dataclass(frozen=True)
class Copy:
    """A whole file written aside, of which the name is not taken yet; ``size`` in bytes."""

    path: Path
    sha256: str
    size: int


class Store:
    """Content-addressed files under ``root``: ``ab/<sha256>`` holds what hashes to ``<sha256>``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / "incoming"

    @contextmanager
    def holding(self) -> Iterator[Holds]:
        """Locks on files of the store, let go at the end of the block."""
        holds = Holds(self.root / "locks")
        try:
            yield holds
        finally:
            holds.let_go()

    def path(self, sha256: str) -> Path:
        """Where the file with this hash lies (whether or not it is there)."""
        return self.root / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether a whole, undamaged file is there; reads it, for existence alone proves nothing."""
        path = self.path(sha256)
        return path.is_file() and file_hash(path)[0] == sha256

    def put(self, source: Path, holds: Holds | None = None) -> tuple[str, int]:
        """Copies ``source`` into the store; returns (sha256, bytes).  Refuses when the disk is full.

        With ``holds`` nobody removes the file before these are let go.
        """
        return self.take(self.copy(source), holds)

    def copy(self, source: Path, is_wanted: Callable[[], bool] = lambda: True) -> Copy:
        """Writes ``source`` aside, hashed on the way and read back.  Refuses when the disk is full.

        The copy is the caller's to :meth:`take` or to remove.  Given up, with nothing left, as soon as it is
        no longer wanted.
        """
        self.incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = self.incoming / uuid.uuid4().hex
        try:
            with _told_when_full():
                sha256, size = _write_through(source, aside, is_wanted)
                if file_hash(aside) != (sha256, size):
                    raise OSError("short write")
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        return Copy(aside, sha256, size)

    def take(self, copy: Copy, holds: Holds | None = None) -> tuple[str, int]:
        """Gives a copy its name in the store; returns (sha256, bytes)."""
        try:
            if holds is not None:
                holds.share(copy.sha256)
            if not self.has(copy.sha256):
                with _told_when_full():
                    self._name(copy)
        finally:
            copy.path.unlink(missing_ok=True)
        return copy.sha256, copy.size

    def _name(self, copy: Copy) -> None:
        final = self.path(copy.sha256)
        final.parent.mkdir(mode=0o700, exist_ok=True)
        copy.path.replace(final)
        _flush_folder(final.parent)
        _flush_folder(self.root)

    def remove(self, sha256: str) -> None:
        """Takes a file out again; used only for files that no committed row names."""
        self.path(sha256).unlink(missing_ok=True)

    def files(self) -> Iterator[str]:
        """The hashes of all files that lie in the store, in order."""
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                yield path.name

    def leftovers(self) -> tuple[Path, ...]:
        """Files that were being written when something died."""
        return tuple(sorted(self.incoming.iterdir())) if self.incoming.is_dir() else ()


def file_hash(path: Path) -> tuple[str, int]:
    """(SHA-256 in hex, size in bytes) of a file, read in blocks."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


@contextmanager
def _told_when_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise refuse(
            "store_full",
            say("The file could not be kept ({reason}).", reason=error.strerror or error),
            where=say("file store"),
            hint="Free space on the disk of the store, then try again; nothing was changed.",
        ) from error


def _write_through(source: Path, target: Path, is_wanted: Callable[[], bool]) -> tuple[str, int]:
    """Copies bytes until all are written (a write may be short without an error) and flushes them.

    Returns (SHA-256, bytes) of what was read.
    """
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with source.open("rb") as file:
            while block := file.read(_BLOCK):
                if not is_wanted():
                    raise OSError("given up")
                digest.update(block)
                size += len(block)
                rest = memoryview(block)
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
        os.fchmod(descriptor, 0o440)
    finally:
        os.close(descriptor)
    return digest.hexdigest(), size


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
