"""Work interrupted from outside, without any service: a worker that is killed, a disk that is full."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.travellers import Person

MEGABYTE = 1 << 20
ASK_AND_KILL_THE_WORKER_WHEN_IT_RUNS = """
import os
import signal
import time
from pathlib import Path
from surveys.services.people import acting_user
from surveys.services.uploads import request_import

content = Path({path!r}).read_bytes()
job = request_import(acting_user(), "interrupted", "killed", [content], name="w.csv")
end = time.monotonic() + 60
while job.progress == 0.0 and time.monotonic() < end:
    time.sleep(0.05)
    job.refresh_from_db()
os.kill({worker}, signal.SIGKILL)  # only the worker: what it started must notice by itself
print(job.state)
"""
LET_THE_LEASE_RUN_OUT_AND_WORK = """
from django.utils import timezone
from surveys.models import Job, WaveVersion
from surveys.services.worker import work

running = Job.objects.filter(state="running").update(lease_until=timezone.now())
work(once=True)
job = Job.objects.latest("pk")
print(running, job.state, job.attempts, WaveVersion.objects.filter(wave__slug="killed").count(), sep="/")
"""
WHAT_IS_LEFT = """
from surveys.models import StoredFile, Wave
from surveys.services.files import store

nameless = len(list(store().files())) - StoredFile.objects.count()
print(Wave.objects.filter(slug="full").count(), nameless, len(store().leftovers()), sep="/")
"""


def _said(person: Person, code: str) -> str:
    return person.run("shell", "-v0", "-c", code).stdout.split()[-1]


def test_a_killed_worker_loses_nothing(newcomer: Person, tmp_path: Path) -> None:
    upload = tmp_path / "w.csv"
    upload.write_text("id,answer\n" + "".join(f"{i},{i * 7919 % 10007}\n" for i in range(150_000)))
    command = [sys.executable, "manage.py", "worker"]
    worker = subprocess.Popen(command, cwd=ROOT, env=newcomer.environment, start_new_session=True)
    try:
        ask = ASK_AND_KILL_THE_WORKER_WHEN_IT_RUNS.format(path=str(upload), worker=worker.pid)
        assert _said(newcomer, ask) == "running"
    finally:
        worker.kill()
        worker.wait()
    assert _said(newcomer, LET_THE_LEASE_RUN_OUT_AND_WORK) == "1/done/2/1"


def test_a_full_disk_refuses_an_import_with_a_sentence_and_leaves_nothing(
    newcomer: Person, tmp_path: Path
) -> None:
    upload = tmp_path / "w.csv"
    upload.write_text("id,answer\n" + "".join(f"{i},{'x' * 2000}\n" for i in range(4_000)))

    def nearly_full() -> None:
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (6 * MEGABYTE, hard))

    assert upload.stat().st_size > 6 * MEGABYTE
    done = subprocess.run(
        [sys.executable, "manage.py", "import_wave", "interrupted", "full", str(upload)],
        cwd=ROOT,
        env=newcomer.environment,
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=nearly_full,
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "could not be kept" in done.stderr and "Free space" in done.stderr
    assert _said(newcomer, WHAT_IS_LEFT) == "0/0/0"
