"""What holds of every page: it opens, in both languages, for whoever may see it; nothing is from outside."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.pages.conftest import EVIL, Library, build_library, text, visit

SITE_PAGES = ("/", "/search/", "/search/?q=union", "/import/", "/jobs/", "/tokens/", "/audit/")
OWN_HOSTS = r"http://(testserver|www\.w3\.org)"


def every_page(library: Library) -> dict[str, str]:
    return {**library.pages, **{address: address for address in SITE_PAGES}}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens_in_both_languages(client: Client, library: Library, language: str) -> None:
    client.cookies["django_language"] = language
    for name, address in every_page(library).items():
        page = visit(client, address, library.owner)
        assert page.status_code == 200, name
        assert f'<html lang="{"en" if language == "en" else "zh-Hans"}">' in text(page), name


def test_nothing_comes_from_outside_and_nothing_is_inline(client: Client, library: Library) -> None:
    for name, address in every_page(library).items():
        html = text(visit(client, address, library.owner))
        addresses = re.findall(r'(?:src|href|action|hx-get|hx-post)="([^"]*)"', html)
        assert all(re.match(r"[/?#]|$|[a-z]+/\?", one) for one in addresses), (name, addresses)
        assert not re.search(r"<script(?![^>]*\bsrc=)", html), name
        assert not re.search(r"<[^>]+\s(on\w+|style)=", re.sub(r"&lt;.*?&gt;", "", html)), name
        outside = [one for one in re.findall(r"https?://[^\s\"'<]+", html) if not re.match(OWN_HOSTS, one)]
        assert not outside, (name, outside)


def test_labels_are_never_markup(client: Client, library: Library) -> None:
    for address in ("/search/?q=script", library.pages["wave"], library.pages["evil"]):
        html = text(visit(client, address, library.owner))
        assert EVIL not in html
        assert "<img src=x" not in html
    assert "&lt;script&gt;" in text(visit(client, library.pages["evil"]))


def test_tables_have_captions_or_names_and_scroll_in_their_own_box(client: Client, library: Library) -> None:
    for name, address in library.pages.items():
        html = text(visit(client, address, library.owner))
        boxes = re.findall(r'<div class="table[^"]*"[^>]*role="region"', html)
        assert len(re.findall(r"<table\b", html)) == len(boxes), name
        for table in re.findall(r"<thead\b.*?</thead>", html, re.DOTALL):
            assert 'scope="col"' in table, name


def test_pages_of_a_synthetic_study_say_so(client: Client, library: Library) -> None:
    silent = {"measures", "measure", "measure_version", "analyses", "target"}  # rules and print, no rows
    for name, address in library.pages.items():
        if name not in silent:
            assert 'class="badge synthetic"' in text(visit(client, address, library.owner)), name


def test_a_study_that_one_may_not_see_is_not_found(client: Client, db: None) -> None:
    closed = build_library("closed")
    for user in (None, closed.stranger):
        if user is not None:
            client.force_login(user)
        for name, address in closed.pages.items():
            page = client.get(address)
            assert page.status_code == 404, name
            assert "流动人口" not in text(page) and "Migrants" not in text(page), name
        assert "Migrants" not in text(client.get("/")), user
        assert "variables/q_local" not in text(client.get("/search/?q=q_loc")), user


def test_a_member_sees_a_closed_study(client: Client, db: None) -> None:
    closed = build_library("closed")
    for name, address in closed.pages.items():
        assert visit(client, address, closed.reader).status_code == 200, name


def test_names_that_do_not_exist_are_refused_in_words(client: Client, library: Library) -> None:
    for address, near in {
        "/studies/mdsm/": "mdms",
        "/studies/mdms/waves/2014@9/": "mdms/2014@1",
        "/studies/mdms/waves/2014@1/variables/q_locl/": "q_local",
        "/studies/mdms/measures/fps/": "fsp",
        "/studies/mdms/datasets/integraton/": "integration",
        "/studies/mdms/datasets/integration@1/columns/fps/": "fsp",
        "/studies/mdms/analyses/table3/": "table",
        "/studies/mdms/targets/paper/table9/": "paper/table2",
    }.items():
        page = visit(client, address)
        assert page.status_code == 404, address
        assert near in text(page), address
    assert visit(client, "/runs/99999/").status_code == 404
    assert "no page at this address" in text(visit(client, "/nowhere/"))


def test_pages_ask_the_database_as_often_for_many_variables_as_for_few(
    client: Client, db: None, django_assert_max_num_queries: Any
) -> None:
    from tests.factories import make_study, make_wave, make_wave_version, variable

    wave = make_wave(make_study("wide", is_open=True))
    make_wave_version(wave, [(variable(f"v{i}", labels={"en": f"Variable {i}"}), [1, 2]) for i in range(120)])
    client.get("/studies/wide/waves/2014@1/")
    for address, most in {
        "/": 6,
        "/studies/wide/": 16,
        "/studies/wide/waves/2014@1/": 16,
        "/search/?q=variable": 8,
    }.items():
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200
