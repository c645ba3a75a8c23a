"""Download pages: who may, what a file is, what it could not carry."""

from __future__ import annotations

import hashlib
import re

import pytest
from django.test import Client

from surveys.models import AuditEntry
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
def test_a_visitor_is_sent_to_sign_in(client: Client, library: Library, place: str) -> None:
    answer = client.get(library.pages[place] + "sav/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("form", ["sav", "dta", "parquet", "csv", "xlsx"])
def test_a_file_has_the_hash_its_page_names(client: Client, library: Library, place: str, form: str) -> None:
    client.force_login(library.owner)
    answer = client.post(f"{library.pages[place]}{form}/?language=en")
    assert answer.status_code == 302
    page = text(client.get(library.pages[place] + "?language=en"))
    row = page[page.index(f'<tr id="{form}">') :]
    sha256 = re.search(r"[0-9a-f]{64}", row)
    file = client.get(f"{library.pages[place]}{form}/?language=en")
    content = b"".join(file.streaming_content)  # type: ignore[attr-defined]
    assert sha256 is not None and hashlib.sha256(content).hexdigest() == sha256[0]
    assert f"-v1.{form}" in file.headers["Content-Disposition"]
    assert AuditEntry.objects.filter(action="export").count() == 2


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


def test_the_page_says_how_to_cite_this_very_version(client: Client, library: Library) -> None:
    page = text(visit(client, library.pages["dataset_download"], library.owner))
    assert "version mdms/integration@1" in page and "[synthetic data]" in page
    assert "@misc{mdms_integration_1," in page
