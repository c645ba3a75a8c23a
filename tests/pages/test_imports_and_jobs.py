"""Uploading a wave, and the page of the job that reads it."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from surveys.models import Job, Wave
from surveys.services import jobs
from tests.factories import make_user
from tests.pages.conftest import Library, text, visit

ROWS = "rid,q_sex\n1,1\n2,2\n3,1\n"


def given(name: str = "wave.csv", content: str = ROWS, **fields: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, content.encode()), "study": "mdms", "wave": "2017", **fields}


def test_an_upload_becomes_a_wave_version(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    answer = client.post("/import/", given(key="rid", note="First."))
    job = Job.objects.get()
    assert answer.headers["Location"] == f"/jobs/{job.pk}/"
    waiting = text(client.get(f"/jobs/{job.pk}/"))
    assert 'hx-trigger="every 2s"' in waiting and "You may leave this page" in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    claimed = jobs.claim("test")
    assert claimed is not None
    done = jobs.perform(claimed)
    assert done.state == "done", done.problems
    page = text(client.get(f"/jobs/{job.pk}/"))
    assert "mdms/2017@1 is there." in page and "/studies/mdms/waves/2017@1/" in page
    assert "every 2s" not in page
    assert Wave.objects.get(slug="2017").versions.get().note == "First."


def test_an_upload_may_say_how_many_rows_of_headings_there_are(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    client.post("/import/", given(content="q1\nHow old?\n31\n", header_rows="2", sheet="data"))
    claimed = jobs.claim("test")
    assert claimed is not None and jobs.perform(claimed).state == "done"
    version = Wave.objects.get(slug="2017").versions.get()
    assert (version.rows, version.options["header_rows"], version.options["sheet"]) == (1, 2, "data")
    assert client.post("/import/", given(header_rows="9")).status_code == 422


def test_what_the_sender_says_of_the_file_is_checked(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    refused = client.post("/import/", given(sha256="0" * 63))
    assert refused.status_code == 422 and "64 hexadecimal digits" in text(refused)
    client.post("/import/", given(rows="5", columns="2", sha256=sha256(ROWS.encode()).hexdigest().upper()))
    claimed = jobs.claim("test")
    assert claimed is not None
    assert "5 rows were declared, 3 are there" in str(jobs.perform(claimed).problems)


def test_the_same_upload_twice_is_one_job(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    client.post("/import/", given())
    client.post("/import/", given())
    assert Job.objects.count() == 1
    client.post("/import/", given(content=ROWS + "4,2\n"))
    assert Job.objects.count() == 2


def test_a_file_that_cannot_be_read_is_refused_on_the_page_of_its_job(
    client: Client, library: Library
) -> None:
    client.force_login(library.owner)
    client.post("/import/", given(key="nonesuch"))
    claimed = jobs.claim("test")
    assert claimed is not None and jobs.perform(claimed).state == "failed"
    page = text(client.get(f"/jobs/{claimed.pk}/"))
    assert "nonesuch" in page and "Nothing was changed." in page and "Upload another file" in page


def test_only_data_managers_import(client: Client, library: Library) -> None:
    assert client.get("/import/").status_code == 302
    client.force_login(library.reader)
    page = client.post("/import/", given())
    assert page.status_code == 422
    assert "You may not import waves into this study." in text(page)
    page = client.post("/import/", given() | {"study": "brand-new"})
    assert "You may not create studies." in text(page)
    assert not Job.objects.exists()


def test_a_file_above_the_limit_is_refused(client: Client, library: Library, settings: Any) -> None:
    settings.WAVEBOOK_MAX_UPLOAD = 10
    client.force_login(library.owner)
    assert "The file is larger than" in text(client.post("/import/", given()))
    assert not Job.objects.exists()


def test_a_version_that_holds_what_an_earlier_one_held_says_so(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    for content in (ROWS, ROWS.replace("1", "2"), ROWS):
        client.post("/import/", given(content=content))
        claimed = jobs.claim("test")
        assert claimed is not None
        jobs.perform(claimed)
    assert "Its rows and codebook are those of mdms/2017@1." in text(client.get(f"/jobs/{claimed.pk}/"))
    assert "Rows and codebook are those of mdms/2017@1" in text(client.get("/studies/mdms/waves/2017@3/"))


def test_a_form_with_gaps_says_which(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    page = client.post("/import/", {"study": "not a slug", "wave": ""})
    assert page.status_code == 422
    assert text(page).count('class="errorlist"') == 3
    assert "Use lower-case letters, digits, hyphens and underscores, as in mdms." in text(page)
    for name in ("UPPER", "流动", "-x", "a/b"):
        page = client.post("/import/", given(wave=name))
        assert page.status_code == 422 and "underscores, as in 2014." in text(page), name


def test_an_empty_file_is_refused_with_a_next_step(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    told = "The file is empty. Check that the upload or export finished."
    page = client.post("/import/", given(content=""))
    assert page.status_code == 422 and told in text(page)
    page = client.post("/import/", given() | {"codebook": SimpleUploadedFile("codebook.csv", b"")})
    assert page.status_code == 422 and told in text(page)
    page = client.post("/import/", given(content=""), headers={"accept-language": "zh-hans"})
    assert "文件为空。请检查上传或导出是否完成。" in text(page)


def test_a_job_can_be_cancelled_by_who_asked_for_it(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    client.post("/import/", given())
    job = Job.objects.get()
    client.force_login(library.reader)
    assert client.post(f"/jobs/{job.pk}/cancel/").status_code == 403
    client.force_login(library.owner)
    client.post(f"/jobs/{job.pk}/cancel/")
    job.refresh_from_db()
    assert job.state == "cancelled"
    told = text(visit(client, "/jobs/"))
    assert "Cancelled" in told and "wave.csv" in told and "<td>mdms</td>" in told
    assert "The import was cancelled; no version was made" in text(visit(client, f"/jobs/{job.pk}/"))


def test_the_list_names_the_study_that_an_import_is_to_make(client: Client, library: Library) -> None:
    client.force_login(make_user("maker", is_superuser=True))
    client.post("/import/", given(study="brand_new"))
    assert "<td>brand_new</td>" in text(visit(client, "/jobs/"))


def test_one_of_a_thing_is_said_in_the_singular(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    client.post("/import/", given(content="q\n1\n"))
    claimed = jobs.claim("test")
    assert claimed is not None
    jobs.perform(claimed)
    wave = text(client.get("/studies/mdms/waves/2017@1/"))
    pages = [text(client.get(f"/jobs/{claimed.pk}/")), wave, text(client.get("/"))]
    assert "1 row, 1 variable" in pages[0] and "<b>1</b><span>row</span>" in wave
    for page in pages:
        assert not re.search(r"\b1 (rows|variables|findings)\b|<b>1</b><span>\w+s<", page)


def test_jobs_of_others_are_not_found(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    client.post("/import/", given())
    job = Job.objects.get()
    client.force_login(make_user("nobody"))
    assert client.get(f"/jobs/{job.pk}/").status_code == 404
    assert f"/jobs/{job.pk}/" not in text(client.get("/jobs/"))


def test_a_poll_gets_the_fragment_alone(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    client.post("/import/", given())
    page = text(client.get(f"/jobs/{Job.objects.get().pk}/", headers={"HX-Request": "true"}))
    assert page.lstrip().startswith('<div id="job"')
