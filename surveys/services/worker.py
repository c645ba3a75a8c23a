"""The worker: claims jobs and lets each one run in a fresh process of its own.

A fresh process, because the data libraries must not be forked after use, because memory goes back to
the system at the end, and because a process that dies takes only its job with it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable

from django.conf import settings
from django.db import close_old_connections

from surveys.models import Job
from surveys.services import jobs

BEAT = 2.0  # seconds between two renewals of the lease
PAUSE = 0.5  # seconds between two looks at an empty table


def owner_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"[:80]


def run_in_child(job: Job, stop: Callable[[], bool] = lambda: False) -> None:
    """Runs a claimed job in a child process, renewing the lease until it ends or is cancelled."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_job", str(job.pk), str(job.fence)]
    child = subprocess.Popen(command, cwd=settings.BASE_DIR, start_new_session=True)
    try:
        while True:
            try:
                child.wait(timeout=BEAT if not job.cancel_asked else PAUSE)
                return
            except subprocess.TimeoutExpired:
                if stop():
                    return
                jobs.renew(job)
    except jobs.LostLease:
        jobs.cancelled_meanwhile(job)
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def work(once: bool = False, stop: Callable[[], bool] = lambda: False) -> int:
    """Claims and runs jobs until told to stop (``once``: until none is left); returns how many."""
    done, owner = 0, owner_name()
    while not stop():
        close_old_connections()
        job = jobs.claim(owner)
        if job is None:
            if once:
                break
            time.sleep(PAUSE)
            continue
        run_in_child(job, stop)
        done += 1
    return done


def answer_bell(job_id: int) -> None:
    """What a broker's worker does when the bell rings: the job, if it is still to be done."""
    job = jobs.claim(owner_name(), job_id)
    if job is not None:
        run_in_child(job)
