"""Download pages: who may, what a file is, what it could not carry."""

from __future__ import annotations

import hashlib
import re

import pytest
from django.test import Client

from surveys.core.writing import FORMATS
from surveys.models import AuditEntry, Export, Study
from surveys.services import exports, jobs
from tests.pages.conftest import Library, text, visit

PLACES = ["wave_download", "dataset_download"]


@pytest.mark.parametrize("place", PLACES)
def test_a_reader_is_told_that_microdata_are_a_right_of_their_own(
    client: Client, library: Library, place: str
) -> None:
    page = visit(client, library.pages[place], library.reader)
    assert "a right of its own" in text(page)
    assert 'class="button" href="sav/' not in text(page)
    refused = client.get(library.pages[place] + "sav/")
    assert refused.status_code == 403
    assert "You may not download microdata" in text(refused)


@pytest.mark.parametrize("place", PLACES)
def test_a_reader_may_have_the_codebook_without_the_microdata(
    client: Client, library: Library, place: str
) -> None:
    page = visit(client, library.pages[place], library.reader)
    assert 'class="button" href="ddi/' in text(page) and 'href="html/' in text(page)
    file = client.get(library.pages[place] + "html/?language=zh")
    told = b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]
    assert ("缺失" in told and "integration@1" in told) or "mdms/2014@1" in told
    client.force_login(library.stranger)
    assert client.get(library.pages[place] + "html/").status_code == 200  # the study is open


@pytest.mark.parametrize("place", PLACES)
def test_a_visitor_is_sent_to_sign_in(client: Client, library: Library, place: str) -> None:
    answer = client.get(library.pages[place] + "sav/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("form", ["sav", "dta", "parquet", "csv", "xlsx", "html", "ddi", "codebook", "sheet"])
def test_a_file_has_the_hash_its_page_names(client: Client, library: Library, place: str, form: str) -> None:
    client.force_login(library.owner)
    answer = client.post(f"{library.pages[place]}{form}/?language=en")
    assert answer.status_code == 302
    page = text(client.get(library.pages[place] + "?language=en"))
    row = page[page.index(f'<tr id="{form}"') :]
    sha256 = re.search(r"[0-9a-f]{64}", row)
    file = client.get(f"{library.pages[place]}{form}/?language=en")
    content = b"".join(file.streaming_content)  # type: ignore[attr-defined]
    assert sha256 is not None and hashlib.sha256(content).hexdigest() == sha256[0]
    assert f"-v1.{FORMATS[form].ending}" in file.headers["Content-Disposition"]
    assert AuditEntry.objects.filter(action="export").count() == 1  # of the file, not of writing it


def test_a_csv_has_its_codebook_beside_it(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    client.post(library.pages["dataset_download"] + "csv/?language=en")
    sheet = client.get(library.pages["dataset_download"] + "csv/?language=en&part=codebook")
    assert "codebook.csv" in sheet.headers["Content-Disposition"]
    assert client.get(library.pages["dataset_download"] + "sav/?part=codebook").status_code == 404


def test_an_unknown_format_is_refused(client: Client, library: Library) -> None:
    page = visit(client, library.pages["wave_download"] + "exe/", library.owner)
    assert page.status_code == 422
    assert "There is no format called exe." in text(page)


@pytest.mark.parametrize("language", ["fr", "xx", "en-<b>", "zh-"])
@pytest.mark.parametrize("form", ["", "html/"])
def test_a_language_that_is_not_there_is_refused_with_those_that_are(
    client: Client, library: Library, language: str, form: str
) -> None:
    page = visit(client, f"{library.pages['wave_download']}{form}?language={language}", library.owner)
    assert page.status_code == 422 and "Choose one of en, zh" in text(page)


def test_the_page_says_how_to_cite_this_very_version(client: Client, library: Library) -> None:
    page = text(visit(client, library.pages["dataset_download"], library.owner))
    assert "version mdms/integration@1" in page and "[synthetic data]" in page
    assert "@misc{mdms_integration_1," in page


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is too large to be written while somebody waits."""
    monkeypatch.setattr(exports, "MOST_CELLS_AT_ONCE", 10)


def test_the_bound_is_counted_in_cells_and_lower_for_a_workbook(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = exports.wave_subject(library.version)
    cells = subject.rows * len(subject.codebook.variables)
    assert not exports.is_large(subject, "xlsx")
    monkeypatch.setitem(exports.CELLS_AT_ONCE, "xlsx", cells - 1)
    assert exports.is_large(subject, "xlsx") and not exports.is_large(subject, "sav")
    monkeypatch.setattr(exports, "MOST_CELLS_AT_ONCE", cells)
    assert not exports.is_large(subject, "sav")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.usefixtures("slow")
def test_a_large_file_is_written_by_a_job_that_leads_to_it(
    client: Client, library: Library, place: str
) -> None:
    page = library.pages[place]
    offered = text(visit(client, page + "?language=en", library.owner))
    assert "a job writes it" in offered and 'href="sav/' not in offered
    early = client.get(f"{page}sav/?language=en")  # an old link: to the page that offers to write it
    assert (early.status_code, early.headers["Location"]) == (302, f"{page}?language=en#sav")
    assert not Export.objects.exists()
    job = client.post(f"{page}sav/?language=en").headers["Location"]
    assert job.startswith("/jobs/")
    claimed = jobs.claim("test")
    assert claimed is not None
    done = jobs.perform(claimed)
    assert done.state == "done", done.problems
    assert not AuditEntry.objects.filter(action="export").exists()
    told = text(client.get(job))
    assert f'href="{page}sav/?language=en"' in told and f'href="{page}?language=en#sav"' in told
    file = client.get(f"{page}sav/?language=en")
    assert hashlib.sha256(b"".join(file.streaming_content)).hexdigest() == done.result["sha256"]  # type: ignore[attr-defined]
    assert AuditEntry.objects.filter(action="export").count() == 1
    told = text(client.get(job, headers={"Accept-Language": "zh-hans"}))
    assert "已生成 .sav 文件" in told


@pytest.mark.usefixtures("slow")
def test_the_right_is_asked_again_when_the_job_writes(client: Client, library: Library) -> None:
    client.force_login(library.reader)
    assert client.post(library.pages["wave_download"] + "sav/").status_code == 403
    client.force_login(library.owner)
    job = client.post(library.pages["wave_download"] + "sav/?language=en").headers["Location"]
    library.study.memberships.filter(user=library.owner).update(microdata=False)
    claimed = jobs.claim("test")
    assert claimed is not None and jobs.perform(claimed).state == "failed"
    assert "You may not download microdata" in text(client.get(job))
    assert not Export.objects.exists()


def test_a_study_without_languages_offers_those_of_the_codebook(client: Client, library: Library) -> None:
    page = library.pages["wave_download"] + "?language=en"
    Study.objects.update(languages=[])
    assert 'href="?language=zh"' in text(visit(client, page, library.owner))
