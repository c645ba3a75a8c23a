"""Jobs: claimed once, fenced, given up after three deaths, cancelled on request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from surveys.core.problems import Problem, Refused, refuse
from surveys.models import AuditEntry, Job, Study, User
from surveys.services import jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def kinds() -> Iterator[None]:
    def good(job: Job, progress: jobs.Progress) -> dict[str, Any]:
        progress(0.5, "half way")
        return {"answer": 42, "url": "/there/"}

    def refused(job: Job, progress: jobs.Progress) -> dict[str, Any]:
        raise refuse("cut_file", "The file is cut.", hint="Send it again.")

    def buggy(job: Job, progress: jobs.Progress) -> dict[str, Any]:
        raise ZeroDivisionError("respondent 17 said -9")

    before = dict(jobs._HANDLERS)
    for kind, handler in {"good": good, "refused": refused, "buggy": buggy}.items():
        jobs.register(kind, handler)
    yield
    jobs._HANDLERS.clear()
    jobs._HANDLERS.update(before)


@pytest.fixture
def tidied(kinds: None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of the jobs that were cleared up after."""
    called: list[str] = []
    monkeypatch.setattr(
        jobs, "_TIDIES", {kind: lambda job: called.append(job.kind) for kind in ("good", "refused", "buggy")}
    )
    return called


@pytest.fixture
def user() -> User:
    return User.objects.create(username="manager")


def _claimed(user: User, kind: str) -> Job:
    jobs.submit(user, kind, {}, key=kind)
    job = jobs.claim("worker-1")
    assert job is not None
    return job


def _lease_ran_out(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_job_runs_and_says_what_came_out(kinds: None, user: User) -> None:
    job = jobs.perform(_claimed(user, "good"))
    assert (job.state, job.result, job.result_url, job.progress) == ("done", {"answer": 42}, "/there/", 1.0)
    assert "half way" in job.log
    assert AuditEntry.objects.filter(action="submit").count() == 1


def test_an_open_job_with_the_same_key_is_not_asked_for_twice(kinds: None, user: User) -> None:
    first = jobs.submit(user, "good", {}, key="one")
    assert jobs.submit(user, "good", {}, key="one") == first
    jobs.perform(jobs.claim("w"))  # type: ignore[arg-type]
    assert jobs.submit(user, "good", {}, key="one") != first


def test_a_refusal_is_kept_as_a_sentence(kinds: None, user: User) -> None:
    job = jobs.perform(_claimed(user, "refused"))
    assert job.state == "failed" and job.problems[0]["hint"] == "Send it again."


def test_a_bug_never_shows_the_text_of_the_exception(kinds: None, user: User) -> None:
    job = jobs.perform(_claimed(user, "buggy"))
    assert job.state == "failed" and "17" not in str(job.problems) + job.log


def test_nobody_else_gets_a_job_that_is_held(kinds: None, user: User) -> None:
    _claimed(user, "good")
    assert jobs.claim("worker-2") is None


def test_a_lease_that_ran_out_passes_the_job_on_and_fences_the_first_owner(kinds: None, user: User) -> None:
    first = _claimed(user, "good")
    _lease_ran_out(first)
    second = jobs.claim("worker-2")
    assert second is not None and second.fence == first.fence + 1
    with pytest.raises(jobs.LostLease):
        jobs.report(first, 0.9)
    assert jobs.perform(first).state == "running"
    assert jobs.perform(second).state == "done"


def test_effects_are_committed_by_the_owner_or_not_at_all(kinds: None, user: User) -> None:
    def effect(job: Job, progress: jobs.Progress) -> dict[str, Any]:
        with transaction.atomic():
            jobs.guard()
            Study.objects.create(slug=f"made-with-fence-{job.fence}")
        return {}

    jobs.register("effect", effect)
    first = _claimed(user, "effect")
    _lease_ran_out(first)
    second = jobs.claim("worker-2")
    assert second is not None
    jobs.perform(first)
    assert not Study.objects.exists()
    assert jobs.perform(second).state == "done"
    assert Study.objects.get().slug == "made-with-fence-2"


def test_a_cancelled_job_commits_nothing_more(kinds: None, user: User) -> None:
    def effect(job: Job, progress: jobs.Progress) -> dict[str, Any]:
        jobs.cancel(user, job)
        jobs.guard()
        raise AssertionError("the effect")

    jobs.register("effect", effect)
    assert jobs.perform(_claimed(user, "effect")).state == "cancelled"


def test_outside_a_job_the_guard_does_nothing() -> None:
    jobs.guard()


@pytest.mark.parametrize("kind", ["good", "refused", "buggy"])
def test_what_a_job_needs_is_cleared_after_its_end(
    kinds: None, user: User, kind: str, tidied: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    job = _claimed(user, kind)
    with django_capture_on_commit_callbacks(execute=True):
        done = jobs.perform(job)
    assert done.state in ("done", "failed") and tidied == [kind]


def test_a_job_that_lost_its_lease_leaves_what_the_next_owner_needs(
    kinds: None, user: User, tidied: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    first = _claimed(user, "good")
    _lease_ran_out(first)
    jobs.claim("worker-2")
    with django_capture_on_commit_callbacks(execute=True):
        jobs.perform(first)
    assert tidied == []


def test_giving_up_and_cancelling_clear_up_too(
    kinds: None, user: User, tidied: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    job = _claimed(user, "good")
    Job.objects.filter(pk=job.pk).update(attempts=jobs.MOST_ATTEMPTS)
    _lease_ran_out(job)
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.claim("worker") is None
        jobs.cancel(user, jobs.submit(user, "refused", {}, key="other"))
    assert tidied == ["good", "refused"]


def test_a_released_job_is_taken_up_at_once_and_its_attempt_does_not_count(kinds: None, user: User) -> None:
    for _ in range(jobs.MOST_ATTEMPTS + 1):
        job = jobs.claim("worker") or _claimed(user, "good")
        jobs.release(job)
    again = jobs.claim("worker")
    assert again is not None and again.attempts == 1


def test_a_job_whose_worker_died_after_it_was_cancelled_is_not_done_again(kinds: None, user: User) -> None:
    job = _claimed(user, "good")
    jobs.cancel(user, job)
    _lease_ran_out(job)
    assert jobs.claim("worker") is None
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_a_renewed_lease_is_never_given_up(kinds: None, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's look at the table is older than the renewal."""
    job = _claimed(user, "good")
    Job.objects.filter(pk=job.pk).update(attempts=jobs.MOST_ATTEMPTS)
    _lease_ran_out(job)
    died = jobs._died

    def renewed_meanwhile(candidate: Job) -> Problem:
        jobs.renew(candidate)
        return died(candidate)

    monkeypatch.setattr(jobs, "_died", renewed_meanwhile)
    assert jobs.claim("worker") is None
    job.refresh_from_db()
    assert job.state == "running"


def test_work_that_looks_at_the_world_when_it_starts_does_not_join_a_running_job(
    kinds: None, user: User
) -> None:
    running = _claimed(user, "good")
    next_one = jobs.submit(user, "good", {}, key="good", joins_running=False)
    assert next_one != running
    assert jobs.submit(user, "good", {}, key="good", joins_running=False) == next_one
    assert jobs.submit(user, "good", {}, key="good") == running


def test_a_twin_queued_at_the_same_moment_is_returned(
    kinds: None, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is queued after the look and before the write, and may have ended by the next look."""
    queued, asked = jobs._queued, []

    def overtaken(*given: Any) -> Job | None:
        asked.append(queued(*given))
        if len(asked) == 1:
            second = queued(*given)
            Job.objects.update(state=Job.State.CANCELLED)
            return second
        return asked[-1]

    monkeypatch.setattr(jobs, "_queued", overtaken)
    job = jobs.submit(user, "good", {}, key="one")
    assert (job, job.state, len(asked)) == (asked[1], "queued", 2)


def test_a_fault_of_the_audit_trail_is_not_taken_for_a_twin(
    kinds: None, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: Any, **__: Any) -> None:
        raise IntegrityError("audit")

    monkeypatch.setattr(jobs.audit, "record", refuses)
    with pytest.raises(IntegrityError, match="audit"), transaction.atomic():
        jobs.submit(user, "good", {}, key="one")
    assert not Job.objects.exists()


def test_a_long_key_is_kept_by_its_hash(kinds: None, user: User) -> None:
    first = jobs.submit(user, "good", {}, key="k" * 200)
    assert len(first.idempotency_key) <= jobs.MOST_KEY
    assert jobs.submit(user, "good", {}, key="k" * 200) == first


def test_a_job_that_kills_its_process_is_given_up(kinds: None, user: User) -> None:
    job = _claimed(user, "good")
    for _ in range(jobs.MOST_ATTEMPTS - 1):
        _lease_ran_out(job)
        job = jobs.claim("worker") or job
    _lease_ran_out(job)
    assert jobs.claim("worker") is None
    job.refresh_from_db()
    assert job.state == "failed" and job.problems[0]["code"] == "worker_died"


def test_cancelling_a_running_job_stops_it_at_its_next_step(kinds: None, user: User) -> None:
    job = _claimed(user, "good")
    jobs.cancel(user, job)
    assert jobs.perform(job).state == "cancelled"


def test_cancelling_a_queued_job_stops_it_now(kinds: None, user: User) -> None:
    job = jobs.submit(user, "good", {}, key="k")
    assert jobs.cancel(user, job).state == "cancelled"
    assert jobs.claim("worker") is None


def test_only_the_asker_cancels(kinds: None, user: User) -> None:
    job = jobs.submit(user, "good", {}, key="k")
    with pytest.raises(Refused, match="Only the person who asked"):
        jobs.cancel(User.objects.create(username="other"), job)


def test_a_bell_that_does_not_answer_loses_nothing(
    kinds: None, user: User, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead(job_id: int) -> None:
        raise ConnectionError

    monkeypatch.setattr(jobs, "_BELLS", [dead])
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.submit(user, "good", {}, key="k")
    assert Job.objects.get(pk=job.pk).state == "queued"


def test_the_database_refuses_a_running_job_without_a_lease(user: User) -> None:
    with pytest.raises(IntegrityError):
        Job.objects.create(kind="x", idempotency_key="x", created_by=user, state="running")


def test_an_unknown_kind_names_its_near_misses(kinds: None, user: User) -> None:
    with pytest.raises(Refused, match="good"):
        jobs.submit(user, "goood", {}, key="k")
