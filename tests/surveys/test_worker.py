"""The worker: stopped politely it gives its job back; databases may go away; old leftovers are swept."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError

from surveys.core.problems import Refused
from surveys.core.reading import ReadOptions
from surveys.models import Job, StoredFile, Study, User
from surveys.services import files, jobs, uploads, waves, worker
from surveys.services.files import keeping, store
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = 1_000_000_000


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setitem(jobs._HANDLERS, "any", lambda job, progress: {})
    jobs.submit(make_user("asker"), "any", {"folder": "f"}, key="k")
    claimed = jobs.claim("worker")
    assert claimed is not None
    return claimed


@pytest.fixture
def sleeper(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Instead of doing the job, the child sleeps."""
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def sleeping(command: list[str], **how: Any) -> subprocess.Popen[bytes]:
        started.append(popen([sys.executable, "-c", "import time; time.sleep(60)"], **how))
        return started[-1]

    monkeypatch.setattr(worker.subprocess, "Popen", sleeping)
    return started


def after(calls: int) -> Callable[[], bool]:
    """False ``calls`` times, then True for ever."""
    asked = iter(range(calls))
    return lambda: next(asked, None) is None


def test_a_stopped_worker_gives_its_job_back(job: Job, sleeper: list[subprocess.Popen[bytes]]) -> None:
    worker.run_in_child(job, after(1))
    assert sleeper[0].returncode == -15
    again = jobs.claim("another")
    assert again is not None and (again.pk, again.attempts) == (job.pk, 1)


def test_a_cancelled_job_has_its_process_stopped(
    job: Job, sleeper: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "BEAT", 0.0)
    jobs.cancel(job.created_by, job)
    worker.run_in_child(job)
    job.refresh_from_db()
    assert (job.state, sleeper[0].returncode) == ("cancelled", -15)


def test_a_lease_that_cannot_be_renewed_for_a_moment_does_not_end_the_work(
    job: Job, sleeper: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def away(job: Job) -> None:
        asked.append(job)
        raise DatabaseError("locked")

    monkeypatch.setattr(worker, "BEAT", 0.0)
    monkeypatch.setattr(jobs, "renew", away)
    worker.run_in_child(job, after(3))
    assert len(asked) == 3


def test_a_database_that_is_away_does_not_end_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []

    def away(owner: str) -> None:
        looks.append(owner)
        raise DatabaseError("gone")

    monkeypatch.setattr(jobs, "claim", away)
    monkeypatch.setattr(worker, "BEAT", 0.0)
    assert worker.work(stop=after(2)) == 0
    assert len(looks) == 2


def _old(path: Path) -> Path:
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def test_what_killed_processes_left_is_swept_and_what_is_in_use_stays(job: Job, home: Path) -> None:
    temporary = Path(settings.WAVEBOOK_TMP)
    (old := temporary / "tmpold").mkdir()
    (old / "data.parquet").write_text("microdata")
    (fresh := temporary / "tmpfresh").mkdir()
    _old(old)
    for name in ("f", "unwanted"):  # "f" is wanted by the open job
        (temporary / files.UPLOADS / name).mkdir(parents=True)
        _old(temporary / files.UPLOADS / name)
    Job.objects.update(kind=uploads.KIND)
    worker.sweep()
    assert not old.exists() and fresh.exists()
    assert [path.name for path in (temporary / files.UPLOADS).iterdir()] == ["f"]


def test_an_upload_outlives_an_attempt_and_goes_with_the_job(user_upload: Job) -> None:
    first = jobs.claim("worker-1")
    assert first is not None
    jobs._HANDLERS[uploads.KIND](first, lambda share, line: None)  # done, and killed before it could say so
    Job.objects.update(lease_until=first.created_at)
    second = jobs.claim("worker-2")
    assert second is not None
    done = jobs.perform(second)
    assert (done.state, done.result["is_new"]) == ("done", False)
    assert list((Path(settings.WAVEBOOK_TMP) / files.UPLOADS).iterdir()) == []


def test_an_import_cancelled_after_its_version_was_made_tells_of_it(
    user: User, user_upload: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = jobs.claim("worker")
    assert first is not None
    made = waves.import_wave

    def imported(*args: Any, **fields: Any) -> Any:
        outcome = made(*args, **fields)
        jobs.cancel(user, first)
        return outcome

    monkeypatch.setattr(waves, "import_wave", imported)
    done = jobs.perform(first)
    assert (done.state, done.result["wave_version"]) == ("done", "s/w@1")


def test_notes_that_no_database_holds_are_refused(user: User, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("a,b\n1,2\n")
    for note in ("a\0", "a\udcff"):
        with pytest.raises(Refused, match="cannot be stored"):
            uploads.request_import(user, "s", "w", [b"a\n1\n"], name="w.csv", note=note)
        with pytest.raises(Refused, match="cannot be stored"):
            waves.import_wave(
                user, "s", "w", tmp_path / "w.csv",
                original_name="w.csv", options=ReadOptions(), note=note,
            )  # fmt: skip
    assert not Job.objects.exists() and not Study.objects.exists()


def test_a_refused_upload_goes_too(user: User) -> None:
    uploads.request_import(user, "s", "w", [b"\0\1\2"], name="w.sav")
    job = jobs.claim("worker")
    assert job is not None and jobs.perform(job).state == "failed"
    assert list((Path(settings.WAVEBOOK_TMP) / files.UPLOADS).iterdir()) == []


def test_two_people_asking_for_the_same_have_a_job_each(user: User) -> None:
    other = make_user("other", is_superuser=True)
    asked = [uploads.request_import(who, "s", "w", [b"a\n1\n"], name="w.csv") for who in (user, user, other)]
    assert asked[0] == asked[1] != asked[2]


@pytest.fixture
def user() -> User:
    return make_user("admin", is_superuser=True)


@pytest.fixture
def user_upload(user: User) -> Job:
    return uploads.request_import(user, "s", "w", [b"a\n1\n2\n"], name="w.csv")


def _kept(path: Path) -> StoredFile:
    with keeping() as keep:
        return keep(path)


def test_a_file_that_somebody_else_is_keeping_is_not_removed(tmp_path: Path) -> None:
    (path := tmp_path / "same").write_text("same bytes")
    with keeping() as keep:
        stored = keep(path)
        with pytest.raises(ZeroDivisionError), keeping() as keep_too:
            keep_too(path)
            raise ZeroDivisionError
        assert store().has(stored.pk) and StoredFile.objects.filter(pk=stored.pk).exists()
    with pytest.raises(ZeroDivisionError), keeping() as keep:
        keep(path)
        raise ZeroDivisionError
    assert not store().has(stored.pk) and not StoredFile.objects.exists()


def test_old_files_that_no_version_names_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (path := tmp_path / "lost").write_text("nobody's")
    stored = _kept(path)
    (other := tmp_path / "nameless").write_text("without a row")
    nameless, _ = store().put(other)
    assert files.sweep() == []
    monkeypatch.setattr(files, "LEFT_FOR", -files.LEFT_FOR)
    assert len(files.sweep()) == 2
    assert not store().has(stored.pk) and not store().has(nameless) and not StoredFile.objects.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_a_child_dies_with_its_parent() -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import signal, subprocess, sys; from surveys.core.process import dying_with_parent;"
            "child = subprocess.Popen(['sleep', '60'], start_new_session=True,"
            " preexec_fn=dying_with_parent(signal.SIGKILL));"
            "print(child.pid, flush=True); child.wait()",
        ],
        stdout=subprocess.PIPE,
        cwd=settings.BASE_DIR,
    )
    assert parent.stdout is not None
    child = Path("/proc") / parent.stdout.readline().decode().strip()
    assert child.exists()
    parent.kill()
    parent.communicate()
    end = time.monotonic() + 5
    while _lives(child) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _lives(child)


STOPPED_WHILE_IT_FORKS = """
import os, signal, subprocess, time
from surveys.core.process import ending_on
ending_on(signal.SIGTERM)
os.register_at_fork(before=lambda: os.kill(os.getpid(), signal.SIGTERM))  # what is raised there is dropped
try:
    subprocess.run(["true"], preexec_fn=lambda: None)
    time.sleep(10)
    print("lived on")
finally:
    print("cleared up")
"""


def test_a_stop_is_heard_even_in_the_middle_of_a_fork() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STOPPED_WHILE_IT_FORKS],
        capture_output=True,
        text=True,
        cwd=settings.BASE_DIR,
    )
    assert (done.returncode, done.stdout, done.stderr) == (143, "cleared up\n", "")


def _lives(process: Path) -> bool:
    try:
        return " Z " not in (process / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
