"""The file store: whole files at their names, or nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from surveys.core.problems import Refused
from surveys.core.store import Store, file_hash
from surveys.services import files
from surveys.services.files import copied_meanwhile, keeping


def _file(folder: Path, content: bytes = b"wave") -> Path:
    path = folder / "source"
    path.write_bytes(content)
    return path


def test_a_file_lies_under_its_hash_and_cannot_be_written(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    sha256, size = store.put(_file(tmp_path))
    assert (sha256, size) == file_hash(store.path(sha256))
    assert store.path(sha256).stat().st_mode & 0o222 == 0
    assert store.leftovers() == ()


def test_putting_twice_keeps_one(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    assert store.put(_file(tmp_path)) == store.put(_file(tmp_path))
    assert len(list(store.files())) == 1


def test_a_copy_that_is_no_longer_wanted_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with pytest.raises(Refused, match="given up"):
        store.copy(_file(tmp_path), is_wanted=lambda: False)
    assert list(store.files()) == [] and store.leftovers() == ()


def test_a_copy_is_taken_under_its_hash_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    first, second = store.copy(_file(tmp_path)), store.copy(_file(tmp_path))
    assert list(store.files()) == [] and len(store.leftovers()) == 2
    assert store.take(first) == store.take(second) == (first.sha256, 4)
    assert list(store.files()) == [first.sha256] and store.leftovers() == ()


def test_a_damaged_file_is_not_believed(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    sha256, _ = store.put(_file(tmp_path))
    store.path(sha256).chmod(0o600)
    store.path(sha256).write_bytes(b"damage")
    assert not store.has(sha256)
    store.put(_file(tmp_path))
    assert store.has(sha256)


def test_a_full_disk_refuses_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    store = Store(tmp_path / "store")
    with pytest.raises(Refused, match="No space left on device"):
        store.put(_file(tmp_path))
    assert list(store.files()) == [] and store.leftovers() == ()


def test_short_writes_are_written_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: whole(descriptor, bytes(data)[:3]))
    store = Store(tmp_path / "store")
    sha256, size = store.put(_file(tmp_path, b"0123456789"))
    assert size == 10 and store.has(sha256)


@pytest.mark.django_db
def test_a_file_copied_meanwhile_is_removed_unless_it_was_kept(tmp_path: Path) -> None:
    path = _file(tmp_path)
    with pytest.raises(ZeroDivisionError), copied_meanwhile(path) as copy:
        assert copy().path.read_bytes() == b"wave"
        1 / 0  # noqa: B018
    assert files.store().leftovers() == () and list(files.store().files()) == []
    with copied_meanwhile(path) as copy, keeping() as keep:
        stored = keep(copy())
    assert list(files.store().files()) == [stored.sha256] and files.store().leftovers() == ()


@pytest.mark.django_db
def test_a_file_that_is_written_to_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path)
    with copied_meanwhile(path) as copy:
        assert copy().size == 4
        path.write_bytes(b"wave of another kind")
        with pytest.raises(Refused, match="changed while it was read"):
            copy()
    assert files.store().leftovers() == ()
