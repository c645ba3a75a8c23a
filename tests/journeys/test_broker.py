"""Work through a real broker: the bell rings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, absent
from tests.travellers import Person

pytestmark = pytest.mark.services


@pytest.fixture
def with_broker(newcomer: Person) -> Person:
    address = os.environ.get("WAVEBOOK_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
    import redis

    try:
        redis.Redis.from_url(address, socket_connect_timeout=1).ping()
    except redis.RedisError:
        absent("no Redis answers at " + address)
    return Person(newcomer.home, {**newcomer.environment, "WAVEBOOK_BROKER_URL": address})


def _submit(person: Person, wave: str, path: Path) -> int:
    """Asks for an import as the upload page does, and returns the job's number."""
    code = (
        "from pathlib import Path; from surveys.services.people import acting_user;"
        "from surveys.services.uploads import request_import;"
        f"content = Path({str(path)!r}).read_bytes();"
        f"print(request_import(acting_user(), 'bell', '{wave}', [content], name='w.csv').pk)"
    )
    return int(person.run("shell", "-v0", "-c", code).stdout.split()[-1])


def _state(person: Person, job: int) -> str:
    code = f"from surveys.models import Job; print(Job.objects.get(pk={job}).state)"
    return person.run("shell", "-v0", "-c", code).stdout.split()[-1]


def _until(true: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(1)
    return False


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    path = tmp_path / "w.csv"
    path.write_text("id,answer\n" + "".join(f"{i},{i % 3}\n" for i in range(200)))
    return path


@pytest.fixture
def celery(with_broker: Person) -> Iterator[Person]:
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-c1", "-l", "ERROR"]
    worker = subprocess.Popen(command, cwd=ROOT, env=with_broker.environment, start_new_session=True)
    yield with_broker
    os.killpg(worker.pid, signal.SIGTERM)
    worker.wait(timeout=30)


def test_the_bell_rings_and_the_job_is_done(celery: Person, upload: Path) -> None:
    job = _submit(celery, "rung", upload)
    assert _until(lambda: _state(celery, job) == "done")
