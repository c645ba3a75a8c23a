"""The rule editor in a real browser: names offered, codes put in, a form that writes the rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.pages.conftest import Library, complaints_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture(autouse=True)
def at_rest(browser: Any, site: tuple[str, Library]) -> Iterator[None]:
    """No question is under way any more when the tables are emptied after a test."""
    yield
    for context in list(browser.contexts):
        for page in context.pages:
            page.wait_for_function("!document.querySelector('.htmx-request')")
            page.goto("about:blank")  # what waits for a pause in typing is not asked any more
        context.close()


class Complaints:
    """What went wrong on a page; that a later question took the place of an earlier one is no wrong."""

    def __init__(self, page: Any, url: str) -> None:
        self.found = complaints_of(page, url)

    def __bool__(self) -> bool:
        return bool(self.serious)

    @property
    def serious(self) -> list[str]:
        return [one for one in self.found if not one.startswith(("htmx:sendAbort", "htmx:afterRequest"))]

    def __repr__(self) -> str:
        return repr(self.serious)


def opened(
    browser: Any, site: tuple[str, Library], *, language: str = "en", viewport: dict[str, int] = WIDE
) -> tuple[Any, Complaints]:
    """The page of a new measure, signed in as somebody who may define; and what goes wrong on it."""
    url, library = site
    library.owner.is_staff = True
    library.owner.save()
    context = browser.new_context(base_url=url, viewport=viewport)
    client = Client()
    client.force_login(library.owner)
    cookies = {"django_language": language, "sessionid": client.cookies["sessionid"].value}
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
    page = context.new_page()
    complaints = Complaints(page, url)
    page.goto("/admin/measures/measure/add/")
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


def test_labels_of_codes_are_offered_within_quotes(browser: Any, site: tuple[str, Library]) -> None:
    page, complaints = opened(browser, site)
    write(page, "q_union == 1 and q_party == ")
    page.wait_for_selector("#codes table[data-item=q_party]")
    page.keyboard.type('"y')
    page.wait_for_selector("#completions li")
    page.keyboard.press("Tab")
    assert rule_of(page) == 'q_union == 1 and q_party == "yes"'
    write(page, "q_party == 'n' or q_party == 1", back=17)
    page.wait_for_selector("#codes table[data-item=q_party]")
    page.keyboard.type("o")
    page.wait_for_selector("#completions li")
    page.keyboard.press("Tab")
    assert rule_of(page) == 'q_party == "no" or q_party == 1'
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


def test_who_has_never_seen_the_language_begins_with_a_click(browser: Any, site: tuple[str, Library]) -> None:
    page, complaints = opened(browser, site, language="zh-hans")
    page.click("#first-steps button >> nth=0")
    page.wait_for_selector("#preview .wbe-sentence")
    assert rule_of(page).startswith("any_of(")
    page.fill("#function-search", "均值")
    assert page.locator("#functions .wbe-function:visible summary code").first.inner_text() == "mean_of"
    page.fill("#function-search", "")
    page.click(".wbe-grammar summary")
    assert page.get_by_text("编码可写成加引号的标签").is_visible()
    assert not complaints


# ---- the form that writes the rule


def filled_item(page: Any, name: str) -> None:
    page.fill("[name=f_item]", name)
    page.keyboard.press("Tab")
    page.wait_for_selector(f"#codes table[data-item={name}]")


def choose(page: Any, kind: str) -> None:
    with page.expect_response(lambda answer: answer.url.endswith("/form/")):
        page.select_option("#f-kind", kind)
    page.wait_for_selector(f"#f-kind option[value={kind}][selected]", state="attached")


def waits_for(page: Any, rule: str) -> None:
    page.wait_for_function("rule => document.getElementById('rule').value === rule", arg=rule)


def test_who_writes_no_formulas_publishes_a_recode(browser: Any, site: tuple[str, Library]) -> None:
    page, complaints = opened(browser, site)
    page.fill("input[name=name]", "joined")
    filled_item(page, "q_party")
    new = page.get_by_label("New value of 0", exact=True)
    new.fill("2")
    page.get_by_label("New value of 1", exact=True).fill("1")
    page.get_by_label("Label of the new value of 1").fill("a member")
    page.get_by_label("New value of refused").fill("9")
    waits_for(page, 'recode(q_party, {0: 2, 1: 1, missing("refused"): 9})')
    page.wait_for_selector("#preview .wbe-sentence")
    assert page.input_value("#value-labels [name=value_label] >> nth=0") == "1"
    assert page.input_value("#value-labels [name=value_label_en] >> nth=0") == "a member"
    page.click("#publish")
    page.wait_for_selector(".wbe-state-published")
    measure = site[1].study.measures.get(name="joined")
    assert measure.published is not None
    assert measure.published.rule == 'recode(q_party, {0: 2, 1: 1, missing("refused"): 9})'
    assert measure.published.value_labels == [{"value": 1, "labels": {"en": "a member"}}]
    assert not complaints


def test_every_kind_of_form_writes_its_rule(browser: Any, site: tuple[str, Library]) -> None:
    page, complaints = opened(browser, site)
    choose(page, "band")
    page.fill("[name=f_item]", "q_income")
    page.fill("[name=f_cuts]", "1000, 2000")
    waits_for(page, "band(q_income, 1000, 2000)")
    choose(page, "score")
    waits_for(page, "standardise(q_income)")  # the item stays
    page.select_option("[name=f_function]", "quantile_band")
    page.fill("[name=f_bands]", "4")
    waits_for(page, "quantile_band(q_income, 4)")
    choose(page, "combine")
    page.locator("[name=f_items]").nth(0).fill("q_union")
    page.locator("[name=f_items]").nth(1).fill("q_party")
    page.fill("[name=f_at_least]", "1")
    waits_for(page, "any_of(q_union, q_party, at_least=1)")
    page.select_option("[name=f_function]", "mean_of")
    waits_for(page, "mean_of(q_union, q_party, at_least=1)")
    choose(page, "factor")
    page.select_option("[name=f_method]", "minres")
    waits_for(page, 'factor_score(q_union, q_party, method="minres")')
    choose(page, "reverse")
    waits_for(page, "reverse(q_union)")
    assert not complaints


def test_conditions_are_written_line_by_line_with_codes_put_in(
    browser: Any, site: tuple[str, Library]
) -> None:
    page, complaints = opened(browser, site)
    choose(page, "case")
    page.locator("[name=f_asked_item]").nth(0).fill("q_party")
    page.locator("[name=f_value]").nth(0).focus()
    page.wait_for_selector("#codes table[data-item=q_party]")
    page.click("#codes button[data-code='1']")
    page.locator("[data-and]").nth(0).click()
    page.keyboard.type("q_union")
    page.locator("[name=f_operator]").nth(1).select_option("holds")
    page.locator("[name=f_line_to]").nth(0).fill("1")
    page.locator(".wbe-line").nth(1).locator("[name=f_asked_item]").fill("q_ins")
    page.locator(".wbe-line").nth(1).locator("[name=f_operator]").select_option("missing")
    page.locator("[name=f_line_to]").nth(1).fill("missing:refused")
    page.fill("[name=f_otherwise]", "0")
    lines = ["(q_party == 1 and q_union, 1)", '(is_missing(q_ins), missing("refused"))', "otherwise=0"]
    waits_for(page, "case(\n  " + ",\n  ".join(lines) + "\n)")
    assert page.locator(".wbe-line").count() == 3  # an empty one stands at the end
    assert not complaints


def test_the_form_follows_the_text_and_says_where_it_cannot(browser: Any, site: tuple[str, Library]) -> None:
    page, complaints = opened(browser, site)
    page.wait_for_selector("#f-kind")
    write(page, "count_of(q_union == 1, q_party == 1)")
    page.wait_for_selector("[name=f_holds]")
    assert page.input_value("[name=f_holds]") == "1"
    assert page.locator("[name=f_items]").evaluate_all("all => all.map(one => one.value)") == [
        "q_union", "q_party", "",
    ]  # fmt: skip
    write(page, "ln(q_income) + 1")
    page.wait_for_selector("#says-more")
    choose(page, "reverse")
    page.fill("[name=f_item]", "q_union")
    waits_for(page, "reverse(q_union)")
    page.click("#filling-back")  # nothing that was written is lost
    assert rule_of(page) == "ln(q_income) + 1"
    page.wait_for_selector("#says-more")
    assert not complaints


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_form_fits_a_phone(browser: Any, site: tuple[str, Library], language: str) -> None:
    page, complaints = opened(browser, site, viewport=PHONE, language=language)
    for kind in ("recode", "band", "reverse", "combine", "case", "score", "factor"):
        choose(page, "band" if kind == "recode" else kind)
        if kind == "recode":
            choose(page, "recode")
            filled_item(page, "q_party")
            page.wait_for_selector("[name=f_reason]", state="attached")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, kind
    assert not complaints
