"""The rule editor in a real browser: names offered, codes put in, a form that writes the rule."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pages.conftest import Library, complaints_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


def opened(
    browser: Any, site: tuple[str, Library], *, language: str = "en", viewport: dict[str, int] = WIDE
) -> tuple[Any, list[str]]:
    """The page of a new measure, signed in as somebody who may define; and what goes wrong on it."""
    url, library = site
    library.owner.is_staff = True
    library.owner.save()
    context = browser.new_context(base_url=url, viewport=viewport)
    context.add_cookies([{"name": "django_language", "value": language, "url": url}])
    page = context.new_page()
    complaints = complaints_of(page, url)
    page.goto("/sign-in/?next=/admin/measures/measure/add/")
    page.fill("#id_username", library.owner.username)
    page.fill("#id_password", "pass")
    page.click("main button")
    page.wait_for_selector("#item-names option", state="attached")
    return page, complaints


def rule_of(page: Any) -> str:
    return str(page.input_value("#rule"))


def write(page: Any, text: str, *, back: int = 0) -> None:
    """Types a rule anew, and goes ``back`` some characters."""
    page.fill("#rule", "")
    page.focus("#rule")
    page.keyboard.insert_text(text)
    for _ in range(back):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")


def test_names_are_offered_by_name_and_by_label(browser: Any, site: tuple[str, Library]) -> None:
    page, complaints = opened(browser, site)
    page.focus("#rule")
    page.keyboard.type("any_")
    page.wait_for_selector("#completions li")
    page.keyboard.press("Tab")
    assert rule_of(page) == "any_of()"
    page.keyboard.type("Union")  # a label
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type(", q_par")
    page.keyboard.press("Tab")
    assert rule_of(page) == "any_of(q_union, q_party)"
    page.keyboard.type(" == 'any")  # nothing is offered within quotes
    assert page.locator("#completions").is_hidden()
    page.keyboard.press("Tab")  # and Tab leaves the rule where nothing is offered
    assert page.evaluate("document.activeElement.id") != "rule"
    assert not complaints


def test_labels_complete_in_chinese(browser: Any, site: tuple[str, Library]) -> None:
    page, _ = opened(browser, site, language="zh-hans")
    page.focus("#rule")
    page.keyboard.insert_text("社保")
    page.wait_for_selector("#completions li")
    page.keyboard.press("Tab")
    assert rule_of(page) == "q_ins"


def test_the_item_under_the_cursor_shows_its_codes(browser: Any, site: tuple[str, Library]) -> None:
    page, complaints = opened(browser, site)
    write(page, "q_union == 1 and q_party == ")
    page.wait_for_selector("#codes table[data-item=q_party]")
    page.click("#codes button[data-code='1']")
    assert rule_of(page) == "q_union == 1 and q_party == 1"
    page.keyboard.press("Home")
    page.wait_for_selector("#codes table[data-item=q_union]")
    assert page.locator("#codes tbody tr").first.inner_text().split() == ["0", "no", "30"]
    page.wait_for_selector("#preview .wbe-sentence")
    assert not complaints


@pytest.mark.parametrize(
    ("before", "back", "button", "after"),
    [
        ("q_party", 0, "#codes-list", "q_party in (0, 1)"),
        ("q_party in ", 0, "#codes-list", "q_party in (0, 1)"),
        ("q_party in ()", 1, "#codes-list", "q_party in (0, 1)"),
        ("q_party", 0, "#codes-rows", "recode(q_party, {0: 0, 1: 1})"),
        ("recode(q_party, {})", 2, "#codes-rows", "recode(q_party, {0: 0, 1: 1})"),
        ("recode(q_party, {9: 9})", 2, "#codes-rows", "recode(q_party, {9: 9, 0: 0, 1: 1})"),
    ],
)
def test_ticked_codes_become_a_list_or_rows(
    browser: Any, site: tuple[str, Library], before: str, back: int, button: str, after: str
) -> None:
    page, complaints = opened(browser, site)
    write(page, before, back=back)
    page.wait_for_selector("#codes table[data-item=q_party]")
    assert page.locator(button).is_disabled()
    for code in (0, 1):
        page.check(f"#codes input[data-code='{code}']")
    page.click(button)
    assert rule_of(page) == after
    assert page.locator(button).is_disabled()
    assert not complaints


@pytest.mark.parametrize(
    ("before", "back", "after"),
    [
        ("q_party", 0, 'is_missing(q_party, "refused")'),
        ("recode(q_party, {})", 2, 'recode(q_party, {missing("refused")})'),
        ("q_party == 1 or ", 0, 'q_party == 1 or is_missing(q_party, "refused")'),
    ],
)
def test_an_absence_is_put_in_as_the_place_needs_it(
    browser: Any, site: tuple[str, Library], before: str, back: int, after: str
) -> None:
    page, _ = opened(browser, site)
    write(page, before, back=back)
    page.wait_for_selector("#codes table[data-item=q_party]")
    page.click("#codes button[data-reason=refused]")
    assert rule_of(page) == after


def test_codes_are_picked_without_a_mouse(browser: Any, site: tuple[str, Library]) -> None:
    page, _ = opened(browser, site)
    write(page, "q_union == ")
    page.wait_for_selector("#codes table[data-item=q_union]")
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert rule_of(page) == "q_union == 1"
    assert page.evaluate("document.activeElement.id") == "rule"
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "rule"


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_codes_come_without_a_jump_and_fit_the_page(
    browser: Any, site: tuple[str, Library], viewport: dict[str, int]
) -> None:
    page, complaints = opened(browser, site, viewport=viewport)
    height = "document.querySelector(one).getBoundingClientRect().height"
    places = f"['#rule-card', '#picker', '.wbe-actions'].map(one => {height})"
    before = page.evaluate(places)
    write(page, "q_union")
    page.wait_for_selector("#codes table")
    assert page.evaluate(places) == before
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0
    picker, actions = (page.locator(one).bounding_box()["y"] for one in ("#picker", ".wbe-actions"))
    assert (picker < actions) if viewport is PHONE else (picker < 400)  # beside the rule, or right below it
    assert not complaints
