"""Damaged files through the page and the worker: no error page, and jobs are done or failed with words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from surveys.core.reading import sandbox
from surveys.models import Job, StoredFile, WaveVersion
from surveys.services import jobs
from surveys.services.files import store
from tests.factories import make_user
from tests.surveys.damaged.mutations import damaged
from tests.surveys.damaged.one_by_one import in_this_process
from tests.surveys.damaged.seeds import Seed, built, generator, written

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, *_LAST = map(int, os.environ.get("WAVEBOOK_TEST_UPLOADS", "0-499").split("-"))
NUMBERS = range(FIRST, _LAST[0] + 1)  # thousands take minutes; parts of them may be tried side by side


def chosen(folder: Path) -> tuple[list[Seed], dict[str, bytes]]:
    """A seed of every kind, and all data by name."""
    found = [*built(), *written(folder)]
    return list({seed.kind: seed for seed in found}.values()), {seed.name: seed.data for seed in found}


def test_no_upload_ends_in_an_error_page_or_a_job_without_words(
    tmp_path: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every fifth file is read in a process of its own, the others in this one, for speed."""
    client.force_login(make_user("admin", is_superuser=True))
    seeds, data = chosen(tmp_path)
    states, apart = [], sandbox.run
    for number in NUMBERS:
        turn, which = divmod(number, len(seeds))
        seed = seeds[which]
        content = damaged(seed.data, generator(seed, turn), list(data.values()))[1]
        monkeypatch.setattr(sandbox, "run", in_this_process if number % 5 else apart)
        states.append(uploaded(client, seed, content, data))
    assert len(seeds) == 13 and len(states) == len(NUMBERS)
    assert set(states) == {"done", "failed"}


def uploaded(client: Client, seed: Seed, content: bytes, data: dict[str, bytes]) -> str:
    """The state in which the job ends; what is stored grows only when it is done."""
    file = SimpleUploadedFile(seed.name, content)
    given = {"study": "s", "wave": "w", "file": file}
    if seed.beside:
        given |= {"codebook": file, "file": SimpleUploadedFile(seed.beside, data[seed.beside])}
    before = held()
    answer = client.post("/import/", given)
    if answer.status_code == 422:  # an empty file is refused by the form
        assert not content and held() == before
        return "failed"
    assert answer.status_code == 302
    job = jobs.claim("test")
    assert job is not None
    ended = jobs.perform(job)
    assert client.get(f"/jobs/{job.pk}/").status_code == 200
    assert (ended.state, ended.attempts) in {("done", 1), ("failed", 1)}
    if ended.state == "failed":
        assert all(problem["code"] and problem["message"] for problem in ended.problems) and ended.problems
        assert held() == before
    assert not Job.objects.filter(state__in=jobs.OPEN).exists()
    return str(ended.state)


def held() -> tuple[int, int, int]:
    """Versions, rows of files, files."""
    return WaveVersion.objects.count(), StoredFile.objects.count(), len(list(store().files()))
