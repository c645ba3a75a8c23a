"""The pages in a real browser: on a phone, by keyboard, as one types, and without scripts."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from surveys.core.codebook import Code
from tests.factories import make_wave, make_wave_version, variable
from tests.pages.conftest import Library, complaints_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_page_scrolls_sideways_on_a_phone(browser: Any, site: tuple[str, Library], language: str) -> None:
    url, library = site
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=url)
    context.add_cookies([{"name": "django_language", "value": language, "url": url}])
    page = context.new_page()
    complaints = complaints_of(page, url)
    for name, address in {**library.pages, "home": "/", "search": "/search/?q=社保"}.items():
        page.goto(address)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, (name, wider)
    assert not complaints


def test_codes_are_decided_on_a_phone_without_scrolling_sideways(
    browser: Any, site: tuple[str, Library]
) -> None:
    url, library = site
    words = "an answer in so many words that it is wide"
    long = tuple(Code(code, {"en": f"{words}, number {code}"}) for code in range(3))
    for slug, name in (("2016", "old"), ("2018", "new")):
        later = make_wave(library.study, slug, position=int(slug))
        make_wave_version(later, [(variable(name, codes=long), [0, 1, 2])])
    page = browser.new_page(base_url=url, viewport={"width": 390, "height": 844})
    row = "/studies/mdms/compare/row/?before=2016@1&after=2018@1&old=old&new=new"
    page.goto(f"/sign-in/?next={quote(row)}")
    page.fill("#id_username", library.owner.username)
    page.fill("#id_password", "pass")
    page.click("main button")
    boxes = page.locator(".table:has(.stacked)")
    assert boxes.count() == 2  # the codes beside each other, and what becomes of them
    assert boxes.evaluate_all("all => Math.max(...all.map(one => one.scrollWidth - one.clientWidth))") <= 0
    select = page.locator("select[name=map-0]").bounding_box()
    assert select["x"] >= 0 and select["width"] > 300 and select["x"] + select["width"] <= 390
    select = page.locator("select[name=map-1]")
    select.select_option("=1")
    assert select.input_value() == "=1"


def test_the_policy_lets_the_editor_and_the_api_browser_work(browser: Any, site: tuple[str, Library]) -> None:
    url, library = site
    library.owner.is_staff = True
    library.owner.save()
    page = browser.new_page(base_url=url)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if "Policy" in message.text else None)
    page.goto("/sign-in/?next=/admin/measures/measure/add/")
    page.fill("#id_username", library.owner.username)
    page.fill("#id_password", "pass")
    page.click("main button")
    page.fill("#rule-form textarea[name=rule]", "any_of(q_union == 1, q_party == 1)")
    page.wait_for_selector(".wbe-barcell .bar")
    page.goto("/api/v1/docs/")
    page.wait_for_selector(".swagger-ui .opblock")
    assert page.goto("/favicon.ico").ok
    assert not complaints


def test_slash_goes_to_the_search_box_and_results_follow_the_typing(
    browser: Any, site: tuple[str, Library]
) -> None:
    url, library = site
    page = browser.new_page(base_url=url)
    page.goto(library.pages["wave"])
    page.keyboard.press("/")
    page.keyboard.type("社保")
    page.wait_for_selector("#variables tbody tr:only-child")
    assert page.inner_text("#variables tbody th") == "q_ins"
    assert "q=" in page.url  # the state is in the address


def test_reading_and_downloading_need_no_script(browser: Any, site: tuple[str, Library]) -> None:
    url, library = site
    context = browser.new_context(java_script_enabled=False, base_url=url)
    page = context.new_page()
    page.goto("/sign-in/?next=" + library.pages["dataset_download"])
    page.fill("#id_username", library.owner.username)
    page.fill("#id_password", "pass")
    page.click("main button")
    with page.expect_download() as download:
        page.click('a[href^="csv/"]')
    assert download.value.suggested_filename == "mdms-integration-v1.csv"
    page.goto("/search/?q=社保")
    assert page.locator("#hits li").count() == 1


def test_on_a_phone_the_words_stand_before_the_button_that_searches(
    browser: Any, site: tuple[str, Library]
) -> None:
    page = browser.new_page(base_url=site[0], viewport={"width": 390, "height": 844})
    page.goto("/search/?q=社保")
    heights = [page.locator(f"main form {one}").bounding_box()["y"] for one in ("#q", "#in", "button")]
    assert heights == sorted(heights)
