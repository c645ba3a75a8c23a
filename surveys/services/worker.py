"""The worker: claims jobs and lets each one run in a fresh process of its own.

A fresh process, because the data libraries must not be forked after use, because memory goes back to
the system at the end, and because a process that dies takes only its job with it.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, close_old_connections

from surveys.core.process import dying_with_parent
from surveys.models import Job
from surveys.services import files, jobs, uploads

log = logging.getLogger(__name__)

BEAT = 2.0  # seconds between two renewals of the lease
PAUSE = 0.5  # seconds between two looks at an empty table
GRACE = 5.0  # seconds in which a stopped job may clear up after itself
SWEEP = 3600.0  # seconds between two sweeps


def owner_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"[:80]


def sweep() -> None:
    """Clears what killed processes left behind: half-written files, working folders, uploads."""
    try:
        for line in (*files.sweep(), *uploads.sweep()):
            log.warning("cleared: %s", line)
    except OSError as error:  # somebody else's file in the folder is no reason not to work
        log.warning("not everything could be cleared: %s", error.strerror or type(error).__name__)


def run_in_child(job: Job, stop: Callable[[], bool] = lambda: False) -> None:
    """Runs a claimed job in a child process, renewing the lease until it ends, is cancelled or ``stop``."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_job", str(job.pk), str(job.fence)]
    child = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        start_new_session=True,
        preexec_fn=dying_with_parent(signal.SIGTERM),
    )
    try:
        lost = _watch(child, job, stop)
    finally:
        _end(child)
    if lost:
        jobs.cancelled_meanwhile(job)
    elif stop():
        jobs.release(job)


def _watch(child: subprocess.Popen[bytes], job: Job, stop: Callable[[], bool]) -> bool:
    """Waits for the child; returns early when told to stop, and with True when the lease was lost."""
    renewed = time.monotonic()
    while not stop():
        try:
            child.wait(timeout=PAUSE)
            return False
        except subprocess.TimeoutExpired:
            if time.monotonic() - renewed < BEAT:
                continue
        try:
            jobs.renew(job)
        except jobs.LostLease:
            return True
        except DatabaseError as error:  # the child's effects are fenced: it does no harm to wait
            log.warning("the lease of job %s was not renewed: %s", job.pk, type(error).__name__)
            close_old_connections()
        renewed = time.monotonic()
    return False


def _end(child: subprocess.Popen[bytes]) -> None:
    """Asks the child to stop, so that it clears up, then kills what is left of its session."""
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(timeout=GRACE)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def work(once: bool = False, stop: Callable[[], bool] = lambda: False) -> int:
    """Claims and runs jobs until told to stop (``once``: until none is left); returns how many."""
    done, owner, swept = 0, owner_name(), float("-inf")
    while not stop():
        close_old_connections()
        try:
            if time.monotonic() - swept >= SWEEP:
                sweep()
                swept = time.monotonic()
            job = jobs.claim(owner)
            if job is not None:
                run_in_child(job, stop)
                done += 1
                continue
        except DatabaseError as error:  # it comes back, and so does an expired lease
            log.warning("the database does not answer: %s", type(error).__name__)
            time.sleep(BEAT)
            continue
        if once:
            break
        time.sleep(PAUSE)
    return done


def answer_bell(job_id: int) -> None:
    """What a broker's worker does when the bell rings: the job, if it is still to be done."""
    job = jobs.claim(owner_name(), job_id)
    if job is not None:
        run_in_child(job)
