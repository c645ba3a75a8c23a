"""Keeping files: into the store first, into a row second, and out again when the work fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlparse

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from surveys.core.store import Store
from surveys.models import StoredFile, StoreIntent

Keep = Callable[[Path], StoredFile]
INTENT_LIFE = timedelta(hours=24)


def store() -> Store:
    """The store that the settings name."""
    return Store(Path(unquote(urlparse(settings.WAVEBOOK_STORE).path)))


def path_of(stored: StoredFile) -> Path:
    """Where a kept file lies; read it, never write to it."""
    return store().path(stored.sha256)


@contextmanager
def keeping() -> Iterator[Keep]:
    """Gives a function that keeps files; what it newly kept is taken out again if the block fails.

    Call it outside a transaction and commit the rows that name the files inside the block: hashing
    and flushing must not hold a write lock.
    """
    new: list[StoredFile] = []

    def keep(path: Path) -> StoredFile:
        intent = StoreIntent.objects.create(path=f"{path}-{timezone.now().timestamp()}")
        sha256, size = store().put(path)
        with transaction.atomic():
            stored, is_new = StoredFile.objects.get_or_create(sha256=sha256, defaults={"size": size})
            intent.delete()
        if is_new:
            new.append(stored)
        return stored

    try:
        yield keep
    except BaseException:
        for stored in new:
            discard_if_unused(stored)
        raise


def keep(path: Path) -> StoredFile:
    """Keeps a single file whose row is committed elsewhere."""
    with keeping() as keep_file:
        return keep_file(path)


def is_used(stored: StoredFile) -> bool:
    """Whether any committed row names the file."""
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ForeignObjectRel):
            model, name = relation.related_model, relation.field.name
            if model._base_manager.filter(**{name: stored}).exists():  # type: ignore[union-attr]
                return True
    return False


def discard_if_unused(stored: StoredFile) -> bool:
    """Removes a file and its row unless some row names it; returns whether it went."""
    if is_used(stored):
        return False
    sha256 = stored.sha256
    StoredFile.objects.filter(pk=sha256).delete()
    store().remove(sha256)
    return True


def sweep() -> list[str]:
    """Clears what a killed process left behind and returns what was cleared, in words."""
    cleared = []
    old = timezone.now() - INTENT_LIFE
    for path in store().leftovers():
        if path.stat().st_mtime < old.timestamp():
            path.unlink(missing_ok=True)
            cleared.append(f"half-written file {path.name}")
    StoreIntent.objects.filter(started_at__lt=old).delete()
    return cleared


@contextmanager
def working_folder() -> Iterator[Path]:
    """A temporary folder on the disk of the store, gone at the end whatever happens."""
    root = Path(settings.WAVEBOOK_TMP)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=root) as folder:
        yield Path(folder)
