"""The page of an index: make-up, figures and other choices, in both languages, for whoever may see it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from measures.services.rules import save_draft
from tests.measures.conftest import Room
from tests.measures.conftest import room as room
from tests.measures.test_indices import surveyed_room as surveyed_room
from tests.pages.conftest import text

PAGE = "/studies/mdms/measures/lacking/index/"


@pytest.fixture
def opened(surveyed_room: Room) -> Room:
    surveyed_room.study.is_open = True
    surveyed_room.study.save()
    return surveyed_room


def page(client: Client, address: str = PAGE, code: str = "en", **asked: str) -> str:
    answer = client.get(address, asked, headers={"accept-language": code})
    assert answer.status_code == 200, text(answer)
    return text(answer)


def test_the_measure_leads_to_its_index_and_a_rule_without_one_does_not(client: Client, opened: Room) -> None:
    opened.publish("male", 'recode(q_sex, {"male": 1, "female": 0})')
    assert f'href="{PAGE.replace("lacking", "lacking@1")}"' in page(client, "/studies/mdms/measures/lacking/")
    assert "/index/" not in page(client, "/studies/mdms/measures/male/")
    assert client.get("/studies/mdms/measures/male/index/").status_code == 422


def test_make_up_figures_and_choices_are_there(client: Client, opened: Room) -> None:
    html = page(client)
    for words in ("The cut-off is 2.", "2015@1", "2016@1", "M0 = H × A", "Left out: lacks_a", "of the rule"):
        assert words in html, words
    assert "The weights are equal as they are." in html and "The rule has no cut-off." not in html


def test_an_index_in_an_index_is_told_down_to_its_attributes(client: Client, opened: Room) -> None:
    opened.publish("part", "mean_of(percentile_rank(spent), lacks_a)")
    opened.publish("nested", "weighted_mean((part, 2), (lacks_b, 1))", labels={"en": "Nested"})
    html = page(client, "/studies/mdms/measures/nested/index/")
    assert html.count('class="deep-2"') == 6  # two attributes in the make-up and in each of two waves
    assert "percentile rank" in html and "Weight given" in html


def test_nothing_is_inline_and_tables_scroll_in_their_own_box(client: Client, opened: Room) -> None:
    html = page(client)
    assert not re.search(r"<[^>]+\s(on\w+|style)=", html) and not re.search(r"<script(?![^>]*\bsrc=)", html)
    tables = len(re.findall(r"<table\b", html))
    assert tables == len(re.findall(r'<div class="table[^>]*role="region"', html)) == 9
    assert all('scope="col"' in head for head in re.findall(r"<thead>.*?</thead>", html))


def test_the_page_is_chinese_to_its_chinese_readers(client: Client, opened: Room) -> None:
    html = page(client, code="zh-hans")
    for words in (
        "匮乏",
        "构成",
        "临界值为 2",
        "各组成部分的贡献",
        "如果换一种做法",
        "权重本来就相等",
        "去掉：缺lacks_a",
    ):
        assert words in html, words
    assert "Left out" not in html and "The weights" not in html


def test_groups_are_offered_to_those_who_may_download(client: Client, opened: Room) -> None:
    assert 'name="by"' not in page(client)
    assert client.get(PAGE, {"by": "area"}).status_code == 403
    opened.study.memberships.filter(user=opened.user).update(microdata=True)
    client.force_login(opened.user)
    html = page(client, by="area")
    assert 'value="area" selected' in html and "village" in html and "lies between the groups" in html
    assert 'value="lacks_a"' not in html  # a component of the index itself parts nobody


def test_a_draft_is_for_those_who_define(client: Client, opened: Room) -> None:
    save_draft(opened.user, opened.study, "drafted", rule="mean_of(lacks_a, lacks_b)")
    assert client.get("/studies/mdms/measures/drafted/index/").status_code == 404
    client.force_login(opened.user)
    assert "2015@1" in page(client, "/studies/mdms/measures/drafted/index/")


def test_a_closed_study_has_no_page(client: Client, opened: Room) -> None:
    opened.study.is_open = False
    opened.study.save()
    assert client.get(PAGE).status_code == 404


def test_it_asks_the_database_seldom_once_it_was_seen(
    client: Client, opened: Room, django_assert_max_num_queries: Any
) -> None:
    page(client)
    with django_assert_max_num_queries(45):
        page(client)


def test_names_on_the_page_are_never_markup(client: Client, opened: Room) -> None:
    opened.publish("bold", "count_of(lacks_a, lacks_b)", labels={"en": "<b>bold</b>"})
    html = page(client, "/studies/mdms/measures/bold/index/")
    assert "<b>bold</b>" not in html and "&lt;b&gt;bold" in html
