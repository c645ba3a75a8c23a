"""The doorbell for installations with a broker: it carries a job's number and nothing else."""

from __future__ import annotations

import os

from celery import Celery
from django.conf import settings

from config.environment import told_in_words

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

with told_in_words():
    BROKER = settings.WAVEBOOK_BROKER_URL or None
AGAIN = 30.0  # seconds between two rings for the same job, and how long such a ring is worth hearing

app = Celery("wavebook")
app.conf.update(
    broker_url=BROKER,
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 6 * 3600,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
    },
    beat_schedule={
        "ring-again": {"task": "wavebook.ring_again", "schedule": AGAIN, "options": {"expires": AGAIN}},
        "sweep": {"task": "wavebook.sweep", "schedule": 3600.0, "options": {"expires": 3600.0}},
    },
)


@app.task(name="wavebook.do_job")  # type: ignore[untyped-decorator]
def do_job(job_id: int) -> None:
    """Does the job if the table says that it is still to be done; a second ring finds nothing."""
    from surveys.services.worker import answer_bell

    answer_bell(job_id)


@app.task(name="wavebook.ring_again")  # type: ignore[untyped-decorator]
def ring_again() -> None:
    """Rings for jobs whose ring was lost or whose worker died; unheard, such a ring fades before the next."""
    from surveys.services.jobs import waiting

    for job_id in waiting():
        ring(job_id, expires=AGAIN)


@app.task(name="wavebook.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Clears what killed processes left behind."""
    from surveys.services.worker import sweep

    sweep()


def ring(job_id: int, expires: float | None = None) -> None:
    """Sends the number of a job to whoever listens; fails fast when no broker answers."""
    do_job.apply_async(args=[job_id], retry=False, expires=expires)
