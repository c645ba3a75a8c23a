"""Keeping files: into the store first, into a row second, and out again when the work fails."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlparse

from django.conf import settings
from django.db.models import Exists, ForeignObjectRel, OuterRef, QuerySet
from django.utils import timezone

from surveys.core.problems import refuse
from surveys.core.store import Copy, Holds, Store
from surveys.models import StoredFile

Keep = Callable[[Path | Copy], StoredFile]
LEFT_FOR = timedelta(hours=24)  # no work takes longer: what is older belongs to nobody
UPLOADS = "uploads"  # the folder of WAVEBOOK_TMP that is cleared by what its jobs still want


def store() -> Store:
    """The store that the settings name."""
    return Store(Path(unquote(urlparse(settings.WAVEBOOK_STORE).path)))


def path_of(stored: StoredFile) -> Path:
    """Where a kept file lies; read it, never write to it."""
    return store().path(stored.sha256)


@contextmanager
def keeping() -> Iterator[Keep]:
    """Gives a function that keeps files; those that no row names are taken out again if the block fails.

    Call it outside a transaction and commit the rows that name the files inside the block: hashing,
    flushing and waiting must not hold a write lock.
    """
    kept: list[StoredFile] = []
    with store().holding() as holds:

        def keep(file: Path | Copy) -> StoredFile:
            copy = file if isinstance(file, Copy) else store().copy(file)
            try:
                sha256, size = store().take(copy, holds)
            except BaseException:  # it may have got its name, but not for sure
                _remove_if_nameless(copy.sha256, holds)
                raise
            stored, _ = StoredFile.objects.get_or_create(sha256=sha256, defaults={"size": size})
            kept.append(stored)
            return stored

        try:
            yield keep
        except BaseException:
            for stored in kept:
                discard_if_unused(stored, holds)
            raise


@contextmanager
def copied_meanwhile(path: Path) -> Iterator[Callable[[], Copy]]:
    """Copies a file while the block reads it; gives a function that waits for the copy.

    Refused where somebody wrote to the file meanwhile: what was read and what is kept would be two things.
    A copy that was not kept by the end of the block is removed; one not finished is given up.
    """
    is_over, before = threading.Event(), _stamp(path)

    def is_wanted() -> bool:
        return not is_over.is_set()

    with ThreadPoolExecutor(1) as pool:
        copying: Future[Copy] = pool.submit(store().copy, path, is_wanted)

        def copied() -> Copy:
            copy = copying.result()
            if _stamp(path) != before:
                text, hint = "The file was changed while it was read.", "Import it again once it is whole."
                raise refuse("file_changed", text, where=path.name, hint=hint)
            return copy

        try:
            yield copied
        finally:
            is_over.set()
            if copying.exception() is None:
                copying.result().path.unlink(missing_ok=True)


def _stamp(path: Path) -> tuple[int, int, int]:
    """What of a file tells that somebody wrote to it, or put another in its place."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def unused() -> QuerySet[StoredFile]:
    """Files that no committed row names."""
    found = StoredFile.objects.all()
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            rows = relation.related_model._base_manager  # type: ignore[union-attr]
            found = found.filter(~Exists(rows.filter(**{relation.field.name: OuterRef("pk")})))
    return found


def is_used(stored: StoredFile) -> bool:
    """Whether any committed row names the file."""
    return not unused().filter(pk=stored.pk).exists()


def discard_if_unused(stored: StoredFile, holds: Holds) -> bool:
    """Removes a file and its row unless some row names it or somebody is about to; says whether it went."""
    if not holds.alone(stored.pk) or is_used(stored):
        return False
    StoredFile.objects.filter(pk=stored.pk).delete()
    store().remove(stored.pk)
    return True


def sweep() -> list[str]:
    """Clears what killed processes left behind and returns what was cleared, in words."""
    old = timezone.now() - LEFT_FOR
    cleared = []
    for path in filter(is_older_than(old), (*store().leftovers(), *_abandoned())):
        _remove(path)
        cleared.append(f"half-written {path.name}")
    for stored in unused().filter(stored_at__lt=old):
        with store().holding() as holds:
            if discard_if_unused(stored, holds):
                cleared.append(f"file {stored} that no version names")
    return cleared + _sweep_nameless(old)


def _sweep_nameless(old: datetime) -> list[str]:
    """Whole files whose process died before it wrote their row."""
    cleared = []
    named = set(StoredFile.objects.values_list("pk", flat=True))
    for sha256 in store().files():
        if sha256 in named or not is_older_than(old)(store().path(sha256)):
            continue
        with store().holding() as holds:
            if _remove_if_nameless(sha256, holds):
                cleared.append(f"file {sha256[:12]} that no row names")
    return cleared


def _remove_if_nameless(sha256: str, holds: Holds) -> bool:
    """Removes a file of which there is no row, unless somebody is about to write one; says whether it did."""
    if not holds.alone(sha256) or StoredFile.objects.filter(pk=sha256).exists():
        return False
    store().remove(sha256)
    return True


def is_older_than(border: datetime) -> Callable[[Path], bool]:
    """Whether a path was last changed before ``border``; what somebody else has cleared meanwhile was not."""

    def is_older(path: Path) -> bool:
        try:
            return path.stat().st_mtime < border.timestamp()
        except FileNotFoundError:
            return False

    return is_older


def _abandoned() -> list[Path]:
    root = Path(settings.WAVEBOOK_TMP)
    return [path for path in root.iterdir() if path.name != UPLOADS] if root.is_dir() else []


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def working_folder() -> Iterator[Path]:
    """A temporary folder on the disk of the store, gone at the end whatever happens."""
    root = Path(settings.WAVEBOOK_TMP)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=root) as folder:
        yield Path(folder)
