"""Long work: asked for in a row, claimed by one worker at a time, fenced, and never lost.

The table is the truth.  A worker claims a job by compare-and-set and holds a lease; a job whose lease
ran out is claimed again by whoever comes next, with a higher fence, and every write of the earlier
owner is refused from then on.  A broker, where there is one, only rings the doorbell.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone

from surveys.core.problems import Problem, Refused, near_misses, refuse
from surveys.core.said import say, with_sources
from surveys.models import Job, Study, User
from surveys.services import audit

log = logging.getLogger(__name__)

Progress = Callable[[float, str], None]
Handler = Callable[[Job, Progress], dict[str, Any]]
Tidy = Callable[[Job], None]

LEASE = timedelta(seconds=30)
MOST_ATTEMPTS = 3
MOST_KEY = 128  # characters of an idempotency key that its column holds
OPEN = (Job.State.QUEUED, Job.State.RUNNING)

_HANDLERS: dict[str, Handler] = {}
_TIDIES: dict[str, Tidy] = {}
_BELLS: list[Callable[[int], None]] = []
_CURRENT: ContextVar[Job | None] = ContextVar("current_job", default=None)


class LostLease(Exception):
    """Another worker owns the job now, or it was cancelled; whoever sees this stops at once."""


def register(kind: str, handler: Handler, tidy: Tidy | None = None) -> None:
    """Names the function that does jobs of ``kind``, and the one that clears up once such a job is final.

    Called by each room's tasks module.  A job may be done more than once; ``tidy`` comes after the last time.
    """
    _HANDLERS[kind] = handler
    if tidy is not None:
        _TIDIES[kind] = tidy


def on_submit(bell: Callable[[int], None]) -> None:
    """Adds a doorbell: called with the job's id after the submitting transaction has committed."""
    _BELLS.append(bell)


def submit(
    user: User,
    kind: str,
    payload: dict[str, Any],
    *,
    key: str,
    study: Study | None = None,
    joins_running: bool = True,
) -> Job:
    """Queues a job in the caller's transaction; an open job with the same ``key`` is returned instead.

    Work that looks at the world when it starts does not join a running job, which may have looked already.
    """
    if kind not in _HANDLERS:
        raise refuse(
            "unknown_job",
            say("There is no work called {kind}.", kind=kind),
            near=near_misses(kind, _HANDLERS),
        )
    if len(key) > MOST_KEY:
        key = hashlib.sha256(key.encode()).hexdigest()
    states = OPEN if joins_running else (Job.State.QUEUED,)
    same = Job.objects.filter(idempotency_key=key, state__in=states).order_by("pk")
    job = same.first()
    while job is None:
        job = _queued(user, kind, payload, key, study) or same.first()
    return job


def _queued(user: User, kind: str, payload: dict[str, Any], key: str, study: Study | None) -> Job | None:
    """A new job; None when somebody queued the same at the same moment (it may have been taken up by now)."""
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind, idempotency_key=key, payload=payload, study=study, created_by=user
            )
    except IntegrityError:
        if not Job.objects.filter(idempotency_key=key).exists():
            raise
        return None
    audit.record(user, "submit", job, study=study, kind=kind)
    transaction.on_commit(lambda: _ring(job.pk))
    return job


def _ring(job_id: int) -> None:
    """Rings every bell; a bell that does not answer is no reason to lose the request."""
    for bell in _BELLS:
        try:
            bell(job_id)
        except Exception as error:
            log.warning("no doorbell for job %s: %s", job_id, type(error).__name__)


def claim(owner: str, job_id: int | None = None) -> Job | None:
    """Takes the oldest job that is queued or whose lease ran out (or ``job_id``); None when there is none."""
    now = timezone.now()
    ready = Job.objects.filter(Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, lease_until__lt=now))
    if job_id is not None:
        ready = ready.filter(pk=job_id)
    for candidate in ready.order_by("pk")[:20]:
        if candidate.cancel_asked:  # its worker died before it could stop
            _end(candidate, ready, Job.State.CANCELLED)
            continue
        if candidate.attempts >= MOST_ATTEMPTS:
            _end(candidate, ready, Job.State.FAILED, problems=[with_sources(_died(candidate).as_json())])
            continue
        taken = ready.filter(pk=candidate.pk, fence=candidate.fence).update(
            state=Job.State.RUNNING,
            owner=owner,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            lease_until=now + LEASE,
        )
        if taken:
            return Job.objects.get(pk=candidate.pk)
    return None


def _died(job: Job) -> Problem:
    return Problem(
        "worker_died",
        say("The work was started {attempts} times and its process died each time.", attempts=job.attempts),
        hint="A file or rule too large for this machine is the usual cause; ask an administrator.",
    )


def _mine(job: Job) -> models.QuerySet[Job]:
    """The row of a job for as long as this owner holds it."""
    return Job.objects.filter(pk=job.pk, fence=job.fence, state=Job.State.RUNNING)


def renew(job: Job) -> None:
    """Extends the lease; raises :class:`LostLease` when the job is no longer this owner's."""
    if not _mine(job).filter(cancel_asked=False).update(lease_until=timezone.now() + LEASE):
        raise LostLease(f"job {job.pk}")


def release(job: Job) -> None:
    """Gives a job back that was stopped through no fault of its own: the attempt does not count."""
    _mine(job).update(lease_until=timezone.now(), attempts=F("attempts") - 1)


def guard() -> None:
    """The first statement of a final transaction: the effect is committed by the job's owner or not at all.

    The row of the job stays locked until that transaction ends, so nobody else can claim or cancel the job
    in between.  Outside a job it does nothing.
    """
    if (job := _CURRENT.get()) is not None:
        renew(job)


def report(job: Job, share: float, line: str = "") -> None:
    """Writes progress (0 to 1) and a log line, and renews the lease."""
    changes: dict[str, Any] = {"progress": min(max(share, 0.0), 1.0), "lease_until": timezone.now() + LEASE}
    if line:
        stamp = timezone.now().strftime("%H:%M:%S")
        changes["log"] = Concat(F("log"), Value(f"{stamp} {line}\n"))
    if not _mine(job).filter(cancel_asked=False).update(**changes):
        raise LostLease(f"job {job.pk}")


def perform(job: Job) -> Job:
    """Does a claimed job in this process and writes how it ended; a bug is logged and the job fails."""
    token = _CURRENT.set(job)
    try:
        result = _HANDLERS[job.kind](job, lambda share, line="": report(job, share, line))
    except LostLease:
        cancelled_meanwhile(job)
    except Refused as refused:
        _end(
            job,
            _mine(job),
            Job.State.FAILED,
            problems=[with_sources(problem.without_samples().as_json()) for problem in refused.problems],
        )
    except Exception as error:
        log.error(
            "job %s (%s) failed with %s", job.pk, job.kind, type(error).__name__, exc_info=settings.DEBUG
        )
        problem = Problem(
            "bug",
            say("Something went wrong inside Wavebook ({kind}).", kind=type(error).__name__),
            hint="Nothing was changed. Tell an administrator the number of this job.",
        )
        _end(job, _mine(job), Job.State.FAILED, problems=[with_sources(problem.as_json())])
    else:
        url = str(result.pop("url", ""))
        _end(job, _mine(job), Job.State.DONE, result=result, result_url=url, progress=1.0)
    finally:
        _CURRENT.reset(token)
    job.refresh_from_db()
    return job


def _end(job: Job, still: models.QuerySet[Job], state: str, **changes: Any) -> bool:
    """Writes the end of a job if it is ``still`` as it was seen, and clears up after it."""
    ended = still.filter(pk=job.pk, fence=job.fence).update(
        state=state, finished_at=timezone.now(), lease_until=None, owner="", **changes
    )
    if ended and (tidy := _TIDIES.get(job.kind)) is not None:
        transaction.on_commit(lambda: tidy(job))
    return bool(ended)


@transaction.atomic
def cancel(user: User, job: Job) -> Job:
    """Asks a job to stop: a queued one stops now, a running one at its next step."""
    if not (user.is_superuser or job.created_by_id == user.pk):
        raise refuse("not_allowed", "Only the person who asked for this work can cancel it.")
    queued = Job.objects.filter(state=Job.State.QUEUED)
    running = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING)
    stopped = _end(job, queued, Job.State.CANCELLED, cancel_asked=True)
    if stopped or running.update(cancel_asked=True):
        audit.record(user, "cancel", job, study=job.study)
    job.refresh_from_db()
    return job


def cancelled_meanwhile(job: Job) -> None:
    """Marks a job whose process was stopped on request as cancelled."""
    _end(job, _mine(job).filter(cancel_asked=True), Job.State.CANCELLED)


def waiting() -> list[int]:
    """Jobs that nobody has in hand: queued for a while, or running on a lease that ran out."""
    now = timezone.now()
    forgotten = Q(state=Job.State.QUEUED, created_at__lt=now - LEASE)
    orphaned = Q(state=Job.State.RUNNING, lease_until__lt=now)
    return list(Job.objects.filter(forgotten | orphaned).order_by("pk").values_list("pk", flat=True)[:100])
