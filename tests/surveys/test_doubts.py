"""A file whose character set is in doubt: asked about once, answered on the page, kept with the version."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from surveys.core.problems import Refused
from surveys.models import Job, User, WaveVersion
from surveys.services import files, jobs, uploads
from tests.factories import make_user
from tests.surveys.test_import import command, nothing_left

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = ["id,性別,町", "1,女性,東京都", "2,男性,京都", "3,女性,いわき"]
DATA = ("\n".join(ROWS) + "\n").encode("cp932")


@pytest.fixture
def user() -> User:
    return make_user("admin", is_superuser=True)


@pytest.fixture
def doubted(user: User) -> Job:
    uploads.request_import(user, "s", "w", [DATA], name="w.csv")
    return done()


def done() -> Job:
    job = jobs.claim("worker")
    assert job is not None
    return jobs.perform(job)


def folders() -> list[str]:
    return [path.name for path in (Path(settings.WAVEBOOK_TMP) / files.UPLOADS).iterdir()]


def test_the_command_asks_with_samples_and_says_how_to_answer(tmp_path: Path) -> None:
    (path := tmp_path / "w.csv").write_bytes(DATA)
    status, told, talk = command("s", "w", str(path))
    assert status == 1 and nothing_left()
    assert "--encoding" in talk and "\n  shift_jis “性別” “町”\n" in talk
    assert told["problems"][0]["choices"][0] == {"answer": "shift_jis", "labels": ["性別", "町"], "cells": []}


class Terminal(io.StringIO):
    """Where a person reads."""

    def isatty(self) -> bool:
        return True


def test_answers_are_quoted_at_a_terminal_and_are_in_no_log(tmp_path: Path) -> None:
    (path := tmp_path / "w.csv").write_bytes(DATA)
    out, terminal = io.StringIO(), Terminal()
    with pytest.raises(SystemExit):
        call_command("import_wave", "s", "w", str(path), "--json", stdout=out, stderr=terminal)
    assert "\n  shift_jis “性別” “町” “女性”\n" in terminal.getvalue()
    assert "女性" not in out.getvalue() + command("s", "w", str(path))[2]


def test_the_answer_is_kept_and_the_same_file_is_not_asked_about_again(tmp_path: Path) -> None:
    (path := tmp_path / "w.csv").write_bytes(DATA)
    first = command("s", "w", str(path), "--encoding", "shift_jis")[1]
    version = WaveVersion.objects.get()
    assert (version.encoding, version.options["encoding"]) == ("shift_jis", "shift_jis")
    for words in ((), ("--encoding", "shift_jis")):
        status, again, _ = command("s", "w", str(path), *words)
        assert (status, again["is_new"], again["content_hash"]) == (0, False, first["content_hash"])
    assert "encoding_as_before" in {one["code"] for one in command("s", "w", str(path))[1]["findings"]}
    assert WaveVersion.objects.count() == 1
    assert command("s", "w", str(path), "--encoding", "macintosh")[1]["is_new"]  # what is named now counts
    (path := tmp_path / "v.csv").write_bytes(DATA + "4,女性,京都\n".encode("cp932"))
    assert command("s", "w", str(path))[0] == 1  # another file is another question


def test_bytes_that_do_not_decode_are_the_same_content_again(tmp_path: Path) -> None:
    (path := tmp_path / "w.csv").write_bytes(DATA + b"4,\xff,x\n")
    found = [command("s", "w", str(path), "--encoding", "shift_jis")[1] for _ in range(2)]
    assert [one["is_new"] for one in found] == [True, False]
    assert "undecodable_text" in {one["code"] for one in found[0]["findings"]}


def test_the_upload_is_taken_up_again_by_a_button(client: Client, user: User) -> None:
    client.force_login(user)
    file = SimpleUploadedFile("w.csv", DATA)
    client.post("/import/", {"study": "s", "wave": "w", "file": file, "note": "first"})
    job = done()
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert '<button name="encoding" value="shift_jis">' in page and "<td>女性</td>" in page
    listed = client.get("/jobs/").content.decode()
    assert all("Waits for your answer" in told and "Failed" not in told for told in (page, listed))
    answer = client.post(f"/jobs/{job.pk}/encoding/", {"encoding": "shift_jis"})
    again = done()
    assert answer.headers["Location"] == f"/jobs/{again.pk}/" and again.state == "done"
    version = WaveVersion.objects.get()
    assert (version.options["encoding"], version.note) == ("shift_jis", "first")
    assert folders() == []
    assert "<button name" not in client.get(f"/jobs/{job.pk}/").content.decode()
    late = client.post(f"/jobs/{job.pk}/encoding/", {"encoding": "shift_jis"})
    assert late.headers["Location"] == f"/jobs/{again.pk}/" and not Job.objects.filter(state__in=jobs.OPEN)


def test_samples_are_for_the_owner_of_the_upload_and_are_not_stored(client: Client, doubted: Job) -> None:
    told = str([doubted.problems, doubted.log, doubted.result])
    assert "shift_jis" in told and "女性" not in told and "性別" not in told
    client.force_login(make_user("other", is_superuser=True))
    page = client.get(f"/jobs/{doubted.pk}/").content.decode()
    assert "shift_jis" in page and "女性" not in page and "<button name" not in page
    assert client.post(f"/jobs/{doubted.pk}/encoding/", {"encoding": "shift_jis"}).status_code == 403
    assert not Job.objects.filter(state__in=jobs.OPEN).exists()


def test_a_set_that_was_not_offered_is_taken_by_its_name(client: Client, user: User, doubted: Job) -> None:
    client.force_login(user)
    assert 'list="sets"' in client.get(f"/jobs/{doubted.pk}/").content.decode()
    client.post(f"/jobs/{doubted.pk}/encoding/", {"encoding": " EUC-JIS-2004 "})
    assert done().state == Job.State.FAILED and len(folders()) == 1  # hardly anything decodes: asked again
    again = Job.objects.latest("pk")
    assert uploads.doubt_of(user, again)[0].answer == "shift_jis"
    uploads.answer_doubt(user, again, "SJIS")
    assert done().state == Job.State.DONE and WaveVersion.objects.get().encoding == "SJIS"


def test_the_first_answer_stands_and_only_a_character_set_is_taken(user: User, doubted: Job) -> None:
    for word in ("", "klingon", "\x00", "rot13"):
        with pytest.raises(Refused, match="no character set called"):
            uploads.answer_doubt(user, doubted, word)
    first = uploads.answer_doubt(user, doubted, "shift_jis")
    assert uploads.answer_doubt(user, doubted, "macintosh") == first
    assert done() == first


def test_only_the_newest_job_of_an_upload_is_answered_and_only_by_its_owner(user: User, doubted: Job) -> None:
    again = uploads.answer_doubt(user, doubted, "shift_jis")
    with pytest.raises(Refused, match="Only whoever uploaded"):
        uploads.answer_doubt(make_user("other"), doubted, "shift_jis")
    assert uploads.doubt_of(user, doubted) == ()
    uploads.tidy(doubted)  # the first job ends while the second is on its way
    assert folders() == [again.payload["folder"]]
    assert done().state == Job.State.DONE
    assert uploads.answer_doubt(user, doubted, "gb18030") == again


def test_an_answered_job_leads_to_the_one_that_took_the_upload_up(
    client: Client, user: User, doubted: Job
) -> None:
    client.force_login(user)
    for word in ("EUC-JIS-2004", "shift_jis"):  # the first answer is asked about again
        uploads.answer_doubt(user, Job.objects.latest("pk"), word)
        again = done()
        page = client.get(f"/jobs/{doubted.pk}/").content.decode()
        assert f'<a href="/jobs/{again.pk}/">' in page and "Answered" in page
        assert "Failed" not in page and "Upload another file" not in page and "upload page" not in page
    listed = client.get("/jobs/").content.decode()
    assert listed.count("Answered") == 2 and "Failed" not in listed
    assert "The doubt was answered" not in client.get(f"/jobs/{again.pk}/").content.decode()


def test_a_word_that_is_no_set_is_told_on_the_page_of_the_job(
    client: Client, user: User, doubted: Job
) -> None:
    client.force_login(user)
    page = client.post(f"/jobs/{doubted.pk}/encoding/", {"encoding": "klingon"})
    told = page.content.decode()
    assert page.status_code == 422 and "There is no character set called klingon." in told
    assert '<button name="encoding" value="shift_jis">' in told and "Waits for your answer" in told
    assert page["Cache-Control"] == "private, no-store"


def test_the_page_that_asks_does_not_send_one_to_another_page(
    client: Client, user: User, doubted: Job
) -> None:
    client.force_login(user)
    assert "upload page" not in client.get(f"/jobs/{doubted.pk}/").content.decode()
    client.force_login(make_user("other", is_superuser=True))
    assert "upload page" in client.get(f"/jobs/{doubted.pk}/").content.decode()


def test_the_api_tells_the_owner_that_an_answer_is_waited_for(
    client: Client, user: User, doubted: Job
) -> None:
    address = f"/api/v1/jobs/{doubted.pk}/"
    client.force_login(make_user("other", is_superuser=True))
    assert client.get(address).json()["waits_for_answer"] is False
    client.force_login(user)
    assert client.get(address).json()["waits_for_answer"] is True
    assert [one["waits_for_answer"] for one in client.get("/api/v1/jobs/").json()["results"]] == [True]
    uploads.answer_doubt(user, doubted, "shift_jis")
    assert client.get(address).json()["waits_for_answer"] is False
    assert client.post(f"/api/v1/jobs/{doubted.pk}/cancel/").json()["waits_for_answer"] is False


SHEET = "variable,label\nid,Номер\nsex,Ваш пол\n".encode("cp1251")


def test_a_doubt_about_the_sheet_is_answered_apart_from_the_data(client: Client, user: User) -> None:
    client.force_login(user)
    file = SimpleUploadedFile("w.csv", "id,sex\n1,é\n2,ü\n".encode())
    sheet = SimpleUploadedFile("s.csv", SHEET)
    client.post("/import/", {"study": "s", "wave": "w", "file": file, "codebook": sheet})
    job = done()
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert '<button name="encoding" value="windows-1251">' in page and "<td>Ваш пол</td>" in page
    assert "samples of the codebook sheet" in page and "--codebook-encoding" not in page
    client.post(f"/jobs/{job.pk}/encoding/", {"encoding": "windows-1251"})
    assert done().state == Job.State.DONE
    version = WaveVersion.objects.get()
    assert version.encoding == "UTF-8" and version.codebook().variable("sex").labels == {"und": "Ваш пол"}
    assert "codebook_encoding" not in version.options and folders() == []


def test_utf16_without_its_mark_is_taken_up_by_a_button(client: Client, user: User) -> None:
    uploads.request_import(user, "s", "w", ["\n".join(ROWS).encode("utf-16-le")], name="w.csv")
    client.force_login(user)
    page = client.get(f"/jobs/{done().pk}/").content.decode()
    assert '<button name="encoding" value="utf-16-le">' in page and "<td>性別</td>" in page
    uploads.answer_doubt(user, Job.objects.get(), "utf-16-le")
    assert done().state == Job.State.DONE
    assert (WaveVersion.objects.get().encoding, WaveVersion.objects.get().rows) == ("utf-16-le", 3)


def test_a_sheet_and_its_data_are_asked_about_one_after_the_other(user: User) -> None:
    uploads.request_import(user, "s", "w", [DATA], name="w.csv", codebook=[SHEET], codebook_name="s.csv")
    first = done()
    uploads.answer_doubt(user, first, "windows-1251")
    second = done()
    assert [uploads.asks_of_sheet(job) for job in (first, second)] == [True, False]
    uploads.answer_doubt(user, second, "shift_jis")
    assert done().state == Job.State.DONE and WaveVersion.objects.get().encoding == "shift_jis"


def test_the_command_names_the_set_of_a_sheet(tmp_path: Path) -> None:
    (path := tmp_path / "w.csv").write_text("id,sex\n1,2\n2,3\n")
    (sheet := tmp_path / "s.csv").write_bytes(SHEET)
    status, told, talk = command("s", "w", str(path), "--codebook", str(sheet))
    assert status == 1 and nothing_left() and "--codebook-encoding" in talk
    assert told["problems"][0]["code"] == "unknown_codebook_encoding"
    words = ("--codebook", str(sheet), "--codebook-encoding", "windows-1251")
    assert command("s", "w", str(path), *words)[0] == 0
    assert WaveVersion.objects.get().codebook().variable("sex").labels == {"und": "Ваш пол"}


def test_a_job_that_is_no_import_has_no_doubt_to_answer(client: Client, user: User) -> None:
    client.force_login(user)
    job = jobs.submit(user, "export_wave", {"name": "x"}, key="export")
    assert client.post(f"/jobs/{job.pk}/encoding/", {"encoding": "gbk"}).status_code == 403


def test_a_page_with_samples_is_not_kept_by_caches(client: Client, user: User, doubted: Job) -> None:
    client.force_login(user)
    assert client.get(f"/jobs/{doubted.pk}/")["Cache-Control"] == "private, no-store"


def test_a_doubted_upload_waits_two_days_and_goes_when_its_import_fails(user: User, doubted: Job) -> None:
    assert uploads.sweep() == [] and len(folders()) == 1
    again = uploads.answer_doubt(user, doubted, "shift_jis")
    Job.objects.filter(pk=again.pk).update(payload={**again.payload, "rows": "99"})
    assert done().state == "failed"
    assert folders() == []


def test_the_samples_of_a_file_without_labels_are_of_its_cells(user: User, shared: Path) -> None:
    path = shared / "files" / "malformed" / "test2_117.dta"
    uploads.request_import(user, "s", "w", [path.read_bytes()], name=path.name)
    choices = uploads.doubt_of(user, done())
    assert choices[0].answer == "utf-8" and all(choice.cells and not choice.labels for choice in choices)
