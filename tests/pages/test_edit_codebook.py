"""The page that takes a codebook back: who may, what is shown, that only what was seen is saved."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from surveys.models import AuditEntry, WaveVersion
from tests.pages.conftest import Library, text, visit

SHEET = "variable,label_en,codes_en\nq_union,Trade union <b>,0=never | 1=yes | -2=don't know\n"


def address(library: Library) -> str:
    return library.pages["wave"] + "codebook/"


def give(client: Client, library: Library, sheet: str = SHEET, codec: str = "utf-8") -> Any:
    file = SimpleUploadedFile("edited.csv", sheet.encode(codec))
    return client.post(address(library), {"codebook": file})


def hidden(page: Any) -> dict[str, str]:
    return dict(re.findall(r'name="(mark|seen|latest|encoding)" value="([0-9a-z-]+)"', text(page)))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_difference_is_shown_and_nothing_is_saved(
    client: Client, library: Library, language: str
) -> None:
    client.force_login(library.owner)
    client.cookies["django_language"] = language
    page = give(client, library)
    assert page.status_code == 200
    told = text(page)
    assert "<del>Union</del>" in told and "<ins>Trade union &lt;b&gt;</ins>" in told
    assert "<del>no</del>" in told and "<ins>never</ins>" in told
    assert library.wave.versions.count() == 1


def test_confirming_makes_the_version_that_was_seen(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    seen = hidden(give(client, library))
    answer = client.post(address(library), {**seen, "note": "Plainer words"}, follow=True)
    made = WaveVersion.objects.get(wave=library.wave, number=2)
    assert made.codebook_hash == seen["seen"] and made.note == "Plainer words"
    assert made.content_hash == library.version.content_hash
    assert (
        "mdms/2014@2 was made" in text(answer)
        and AuditEntry.objects.filter(action="revise_codebook").exists()
    )
    again = client.post(address(library), seen)
    assert again.status_code == 422 and "no longer here" in text(again)


@pytest.mark.parametrize("codec", ["gbk", "utf-16"])
def test_a_sheet_that_a_chinese_spreadsheet_saved_is_read(
    client: Client, library: Library, codec: str
) -> None:
    client.force_login(library.owner)
    page = give(client, library, "variable,label_zh\nq_union,工会会员\n", codec)
    assert page.status_code == 200 and "<ins>工会会员</ins>" in text(page)
    assert ("it was read as gb18030" in text(page)) == (codec == "gbk")


def test_a_sheet_in_doubt_is_asked_about_and_the_answer_is_kept_until_it_is_saved(
    client: Client, library: Library
) -> None:
    client.force_login(library.owner)
    page = give(client, library, "variable,label_en\nq_union,Член профсоюза\n", "cp1251")
    assert page.status_code == 422 and page["Cache-Control"] == "private, no-store"
    asked = text(page)
    assert '<button name="encoding" value="windows-1251">' in asked and "<td>Член профсоюза</td>" in asked
    assert "--codebook-encoding" not in asked
    mark = {"mark": hidden(page)["mark"], "file": "edited.csv"}
    wrong = client.post(address(library), {**mark, "encoding": "klingon"})
    assert wrong.status_code == 422 and "no character set called klingon" in text(wrong)
    assert '<button name="encoding" value="windows-1251">' in text(wrong)
    page = client.post(address(library), {**mark, "encoding": "windows-1251"})
    assert page.status_code == 200 and "<ins>Член профсоюза</ins>" in text(page)
    client.post(address(library), {**hidden(page), "note": ""})
    made = WaveVersion.objects.get(wave=library.wave, number=2)
    assert made.codebook().variable("q_union").labels["en"] == "Член профсоюза"


def test_what_was_not_seen_is_not_saved(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    seen = hidden(give(client, library))
    for wrong in ({"seen": "0" * 64}, {"mark": "0" * 64}, {"mark": "../../etc"}):
        page = client.post(address(library), {**seen, **wrong})
        assert page.status_code == 422, wrong
    assert library.wave.versions.count() == 1


def test_a_version_made_since_is_shown_before_it_is_undone(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    seen = hidden(give(client, library))
    other = hidden(give(client, library, "variable,label_en\nq_union,In a union\n"))
    assert client.post(address(library), other).status_code == 302
    page = client.post(address(library), {**seen, "note": "Plainer <words>"})
    assert page.status_code == 422 and library.wave.versions.count() == 2
    told = text(page)
    assert "mdms/2014@2 was made since" in told and "not the latest version" in told
    assert "Plainer &lt;words&gt;" in told and "<ins>Trade union &lt;b&gt;</ins>" in told
    assert client.post(address(library), hidden(page)).status_code == 302
    assert library.wave.versions.count() == 3


def test_another_person_cannot_confirm_it(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    seen = hidden(give(client, library))
    client.force_login(library.reader)
    assert client.post(address(library), seen).status_code == 422
    assert library.wave.versions.count() == 1


def test_the_same_codebook_says_so(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    page = give(client, library, "variable,label_en\nq_union,Union\n")
    assert "Nothing changed." in text(page) and not hidden(page)


def test_what_cannot_be_read_is_told(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    page = give(client, library, "variable,codes_en,level\nq_union,one=x,high\n")
    assert page.status_code == 422 and text(page).count('class="notice error"') == 2


def test_a_reader_may_have_the_sheet_but_not_give_it_back(client: Client, library: Library) -> None:
    page = visit(client, address(library), library.reader)
    assert "download/sheet/" in text(page) and 'type="file"' not in text(page)
    assert "You may not import" in text(give(client, library))


def test_a_visitor_is_sent_to_sign_in(client: Client, library: Library) -> None:
    assert client.get(address(library)).status_code == 302
