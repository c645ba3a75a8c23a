"""The page of a scale: figures, scree plot and warnings, in both languages, for whoever may see it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from measures.services.datasets import build_dataset
from measures.services.rules import save_draft
from tests.factories import make_wave
from tests.measures.conftest import Room
from tests.measures.conftest import room as room
from tests.measures.test_scales import RULE, of_two_factors, surveyed
from tests.pages.conftest import text

PAGE = "/studies/mdms/measures/excluded/scale/"


@pytest.fixture
def scaled(room: Room) -> Room:
    surveyed(make_wave(room.study, "2015", position=1), 3)
    surveyed(make_wave(room.study, "2016", position=2), 4)
    room.publish("excluded", RULE, labels={"en": "Excluded", "zh": "排斥感"})
    build_dataset(room.user, room.dataset(wave="2015", measures=["excluded"]))
    room.study.is_open = True
    room.study.save()
    return room


def page(client: Client, address: str = PAGE, code: str = "en", **asked: str) -> str:
    answer = client.get(address, asked, headers={"accept-language": code})
    assert answer.status_code == 200, text(answer)
    return text(answer)


def test_the_measure_leads_to_its_scale_and_a_rule_without_one_does_not(client: Client, scaled: Room) -> None:
    scaled.publish("male", 'recode(q_sex, {"male": 1, "female": 0})')
    assert 'href="/studies/mdms/measures/excluded@1/scale/"' in page(
        client, "/studies/mdms/measures/excluded/"
    )
    assert "/scale/" not in page(client, "/studies/mdms/measures/male/")
    assert client.get("/studies/mdms/measures/male/scale/").status_code == 422


def test_figures_of_every_wave_are_there(client: Client, scaled: Room) -> None:
    html = page(client)
    assert "2015@1" in html and "2016@1" in html and "2014@1: it has no a, b, c." in html
    assert '<code>a</code> <span class="quiet">(turned round)</span>' in html
    assert "Congruence with the frozen loadings" in html and "integration@1" in html
    numbers = re.compile(r"<td.*?</td>")
    assert numbers.findall(html) == numbers.findall(page(client, "/studies/mdms/measures/excluded@1/scale/"))


def test_the_scree_plot_holds_the_eigenvalues(client: Client, scaled: Room) -> None:
    html = page(client)
    plots = re.findall(r'<svg class="scree".*?</svg>', html, re.DOTALL)
    assert len(plots) == 2
    titles = re.findall(r"<title>(\d): ([\d.]+)</title>", plots[0])
    assert [place for place, _ in titles] == ["1", "2", "3"]
    assert sum(float(value) for _, value in titles) == pytest.approx(3.0, abs=0.002)
    assert 'role="img"' in plots[0] and "style=" not in plots[0]


def test_nothing_is_inline_and_tables_scroll_in_their_own_box(client: Client, scaled: Room) -> None:
    html = page(client)
    assert not re.search(r"<[^>]+\s(on\w+|style)=", html) and not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert (
        len(re.findall(r"<table\b", html))
        == len(re.findall(r'<div class="table"[^>]*role="region"', html))
        == 5
    )
    assert all('scope="col"' in head for head in re.findall(r"<thead>.*?</thead>", html))


def test_the_page_is_chinese_to_its_chinese_readers(client: Client, scaled: Room) -> None:
    html = page(client, code="zh-hans")
    for words in ("排斥感", "反向计分", "最小残差法", "碎石图", "在固定尺度上", "同一因子", "没有 a, b, c"):
        assert words in html or words.replace(", ", "、") in html, words
    assert "turned round" not in html and "Wave by wave" not in html


def test_warnings_are_in_words_on_the_page(client: Client, scaled: Room) -> None:
    scaled.publish("unturned", "mean_of(a, b, c)", seen=True)
    html = page(client, "/studies/mdms/measures/unturned/scale/")
    assert "Alpha is negative" in html and "a goes against the other items" in html
    assert "α 为负" in page(client, "/studies/mdms/measures/unturned/scale/", "zh-hans")
    assert "On the frozen metric" not in html  # a mean of answers fits nothing


def test_polychoric_figures_may_be_asked_for(client: Client, scaled: Room) -> None:
    html = page(client, basis="polychoric")
    assert '<option value="polychoric" selected>' in html and "Bartlett" not in html
    assert client.get(PAGE, {"basis": "kendall"}).status_code == 422


def test_groups_are_offered_to_those_who_may_download(client: Client, scaled: Room) -> None:
    assert 'name="by"' not in page(client)
    assert client.get(PAGE, {"by": "area"}).status_code == 403
    scaled.study.memberships.filter(user=scaled.user).update(microdata=True)
    client.force_login(scaled.user)
    html = page(client, by="area")
    assert 'value="area" selected' in html and "2015@1 · town" in html
    assert 'value="a"' not in html  # an item of the scale itself parts nobody


def test_a_draft_is_for_those_who_define(client: Client, scaled: Room) -> None:
    save_draft(scaled.user, scaled.study, "drafted", rule="mean_of(b, c)")
    assert client.get("/studies/mdms/measures/drafted/scale/").status_code == 404
    client.force_login(scaled.user)
    assert "2015@1" in page(client, "/studies/mdms/measures/drafted/scale/")


def test_a_closed_study_has_no_page(client: Client, scaled: Room) -> None:
    scaled.study.is_open = False
    scaled.study.save()
    assert client.get(PAGE).status_code == 404


def test_it_asks_the_database_seldom_once_it_was_seen(
    client: Client, scaled: Room, django_assert_max_num_queries: Any
) -> None:
    page(client)
    with django_assert_max_num_queries(45):
        page(client)


def test_the_page_of_a_measure_asks_no_wave_whether_it_has_the_scale(client: Client, scaled: Room) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client, "/studies/mdms/measures/averaged/")
        return len(queries)

    scaled.publish("averaged", "mean_of(b, c)")
    asked()
    before = asked()
    for year in (2017, 2018, 2019):
        surveyed(make_wave(scaled.study, str(year), position=year), year)
    scaled.publish("averaged", "mean_of(c, b)")  # proved on them, so that none is later than it
    asked()
    assert asked() <= before + 2  # the version before it, and who published that


def test_names_on_the_page_are_never_markup(client: Client, scaled: Room) -> None:
    scaled.publish("bold", RULE, labels={"en": "<b>bold</b>"})
    html = page(client, "/studies/mdms/measures/bold/scale/")
    assert "<b>bold</b>" not in html and "&lt;b&gt;bold" in html


def test_several_factors_stand_side_by_side(client: Client, room: Room) -> None:
    of_two_factors(room, "2015", "2016")
    room.study.is_open = True
    room.study.save()
    html = page(client, "/studies/mdms/measures/two/scale/")
    assert "2, of which number 2 is scored" in html and "oblimin (direct quartimin" in html
    assert html.count("Factor 1</th>") == 2 and html.count("Factor 2 <span") == 2 + 1  # heads, and a caption
    assert html.count("Correlation with factor 1") == 2 and "% of variance, cumulated" in html
    assert "In mdms/2016@1 factor 2 of the frozen metric comes out as number 1" in html
    regions = re.findall(r'<div class="table[^>]*role="region" aria-label="([^"]*)"', html)
    assert len(regions) == len(set(regions)) == len(re.findall(r"<table\b", html))
    chinese = page(client, "/studies/mdms/measures/two/scale/", "zh-hans")
    for words in ("2 个，计分的是第 2 个", "次序与符号", "累计方差百分比", "因子 1", "计分的就是另一个因子"):
        assert words in chinese, words
    column = page(client, "/studies/mdms/datasets/integration@1/columns/two/")
    assert "Loadings on factor" in column and "oblimin" in column and "Sum of squared loadings" in column
