"""A measure in other programs: on its page, by command and in the API."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from measures.models import Measure
from measures.selectors.tongues import measure_version_named, written
from measures.services.datasets import build_dataset
from measures.services.rules import save_draft
from surveys.core.problems import Refused
from surveys.models import Membership
from tests.factories import make_member
from tests.measures.conftest import Room

TEXTS = "/api/v1/measures/mdms/male/v1/texts"


def command(*arguments: str) -> tuple[int, str, str]:
    """(exit code, stdout, talk)."""
    out, talk = StringIO(), StringIO()
    try:
        call_command("rule_text", *arguments, stdout=out, stderr=talk)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), talk.getvalue()
    return 0, out.getvalue(), talk.getvalue()


def test_a_command_prints_the_text_and_nothing_else(room: Room, male: Measure) -> None:
    code, text, _ = command("mdms/male@1", "--in", "spss")
    assert (
        code == 0
        and text.startswith("* Encoding: UTF-8.\n* mdms/male@1: Male.\n")
        and text.endswith("EXECUTE.\n")
    )
    assert "VALUE(q_sex)" in text and "Reads, from mdms/2014@1: q_sex" in text
    code, text, _ = command("mdms/male", "--in", "r", "--wave", "mdms/2014@1", "--language", "zh", "--json")
    said = json.loads(text)
    assert (said["measure_version"], said["wave_version"], said["tongue"]) == ("male@1", "mdms/2014@1", "r")
    assert "男性" in said["text"]


def test_a_command_tells_what_cannot_be_said(room: Room) -> None:
    room.publish("word", 'case((q_sex == 1, "m"), otherwise="f")')
    code, text, talk = command("mdms/word", "--in", "stata")
    assert code == 1 and not text
    assert "Stata cannot say this rule: it has texts made by a rule" in talk


def test_a_version_is_named_or_in_force(room: Room, male: Measure) -> None:
    save_draft(room.user, room.study, "male", rule="q_sex == 1")
    assert str(measure_version_named(room.user, "mdms/male")) == "male@1"
    save_draft(room.user, room.study, "new", rule="q_sex == 1")
    for text, why in (("mdms/new", "no published version"), ("mdms/male@7", "male@7"), ("mdms/mael", "mael")):
        with pytest.raises(Refused, match=why):
            measure_version_named(room.user, text)


def test_a_wave_without_the_items_is_refused(room: Room, male: Measure) -> None:
    from tests.factories import make_wave, make_wave_version, variable

    later = make_wave_version(make_wave(room.study, "2016"), [(variable("rid"), [1, 2])])
    (found,) = written(room.user, male.published, ["spss"])
    assert found.wave == "mdms/2014@1"
    with pytest.raises(Refused, match="no item or measure called q_sex"):
        written(room.user, male.published, ["spss"], later)


def test_fitted_numbers_are_those_of_the_latest_dataset(room: Room) -> None:
    score = room.publish("score", "standardise(q_income)").published
    said = [one.tongue for one in written(room.user, score) if one.refused is None]
    assert said == ["ddi"], "the derivation needs no numbers"
    (found,) = written(room.user, score, ["r"])
    assert "no fitted numbers are at hand" in str(found.refused)
    build_dataset(room.user, room.dataset(measures=["score"]))
    (found,) = written(room.user, score, ["r"])
    assert "fitted in mdms/integration@1" in found.text and "385.7142857142857" in found.text


def test_means_of_small_groups_are_only_for_those_who_may_have_the_data(room: Room) -> None:
    share = room.publish("mean", "group_mean(q_income, by=city)").published
    build_dataset(room.user, room.dataset(measures=["mean"]))
    manager = make_member(room.study, "manager")
    Membership.objects.filter(user=manager).update(microdata=True)
    assert written(manager, share, ["r"])[0].text
    reader = make_member(room.study, "reader", "reader")
    (found,) = written(reader, share, ["r"])
    assert not found.text and "single answers" in str(found.refused)


def test_the_page_offers_each_text(client: Client, room: Room, male: Measure) -> None:
    client.force_login(room.user)
    page = client.get("/studies/mdms/measures/male@1/").content.decode()
    for tongue in ("spss", "stata", "r", "python"):
        assert f'data-copy="text-{tongue}"' in page and f'<pre id="text-{tongue}"' in page
    assert "VARIABLE LABELS male &#x27;Male&#x27;." in page
    room.publish("word", 'case((q_sex == 1, "m"), otherwise="f")')
    page = client.get("/studies/mdms/measures/word/", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    assert "SPSS 无法表达这条规则" in page and 'id="text-r"' in page and 'id="text-spss"' not in page


def test_the_page_tells_why_there_is_no_text(client: Client, room: Room) -> None:
    save_draft(room.user, room.study, "new", rule="q_gone == 1")
    client.force_login(room.user)
    page = client.get("/studies/mdms/measures/new/").content.decode()
    assert 'id="texts"' in page and "has every item of" in page and "data-copy" not in page
    page = client.get("/studies/mdms/measures/new/", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    assert "has every item of" not in page


def test_the_api_tells_each_text(client: Client, room: Room, male: Measure) -> None:
    def ask(address: str) -> tuple[int, Any]:
        answer = client.get(TEXTS + address)
        return answer.status_code, answer.json()

    assert ask("/spss/")[0] == 404, "the study is not open"
    client.force_login(room.user)
    code, said = ask("/python/?language=zh&wave=2014")
    assert code == 200 and said["wave_version"] == "mdms/2014@1" and "男性" in said["text"]
    assert ask("/sas/")[0] == 404 and "Stata" not in str(ask("/sas/"))
    assert ask("/r/?language=fr")[0] == 400 and ask("/r/?waev=2014")[0] == 400
    room.publish("word", 'case((q_sex == 1, "m"), otherwise="f")')
    refused = client.get("/api/v1/measures/mdms/word/v1/texts/stata/")
    assert refused.status_code == 422 and "cannot say this rule" in str(refused.json())
