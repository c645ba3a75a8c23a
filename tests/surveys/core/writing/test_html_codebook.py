"""The codebook as a page: everything on it, nothing from outside, nothing as markup, no single answer."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from surveys.core.codebook import Codebook, Limits
from surveys.core.writing import Derivation, write
from surveys.core.writing.html_words import WORDS
from tests.surveys.core.codebooks import table_of
from tests.surveys.core.writing.tables import variable
from tests.surveys.core.writing.test_ddi import full


def page(tmp_path: Path, language: str = "en", **fields: object) -> str:
    codebook, counted = full()
    table = replace(table_of(codebook, counted, **fields), is_synthetic=True)  # type: ignore[arg-type]
    assert write(table, "html", tmp_path / "x.html", language) == ()
    return (tmp_path / "x.html").read_text(encoding="utf-8")


def test_everything_is_on_it(tmp_path: Path) -> None:
    derived = {"sex": Derivation("male@1", "recode(q, {1: 1})", {"en": "Recoded."}, citation="A paper")}
    html = page(tmp_path, derived=derived, licence="CC0")
    for text in (
        "mdms/2014@1", "Movers", "流动人口", "a" * 64, "CC0", "Team (2014)", "synthetic", "Your sex?",
        "everyone", "male &lt;m&gt;", "recode(q, {1: 1})", "Recoded.", "A paper", "Several", "refused",
        "N = 30", "66.7", "74.1",
    ):  # fmt: skip
        assert text in html, text


def test_the_valid_range_is_on_it(tmp_path: Path) -> None:
    codebook = Codebook((variable("age", limits=Limits(above=0, high=120)),))
    for language, told in (("en", "Valid range: &gt; 0 – 120"), ("zh", "有效范围: &gt; 0 – 120")):
        write(table_of(codebook), "html", tmp_path / "x.html", language)
        assert told in (tmp_path / "x.html").read_text(encoding="utf-8")


def test_it_needs_nothing_else(tmp_path: Path) -> None:
    html = page(tmp_path)
    assert not re.search(r"<script|<link|<img|https?://|url\(|@import|\son\w+=", html)
    assert set(re.findall(r'href="([^"]*)"', html)) == {"#v1", "#v2", "#v3"}


def test_its_tags_close_in_order(tmp_path: Path) -> None:
    class Checker(HTMLParser):
        stack: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in ("meta", "br"):
                self.stack.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.stack.pop() == tag

    checker = Checker()
    checker.feed(page(tmp_path))
    assert not checker.stack


def test_single_answers_are_not_on_it(tmp_path: Path) -> None:
    html = page(tmp_path)
    assert "777" not in html and "12.5" not in html and WORDS["en"]["withheld"] in html


@pytest.mark.parametrize("language", ["zh", "en", "fr"])
def test_its_words_are_in_the_language_asked_for(tmp_path: Path, language: str) -> None:
    html = page(tmp_path, language)
    assert WORDS["zh" if language == "zh" else "en"]["contents"] in html
    assert f'<html lang="{"zh-Hans" if language == "zh" else language}">' in html


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["en"].keys() == WORDS["zh"].keys()


def test_the_same_codebook_gives_the_same_bytes(tmp_path: Path) -> None:
    assert page(tmp_path) == page(tmp_path)


def test_labels_are_never_markup(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    book = replace(
        full()[0], variables=(variable(evil, labels={"en": evil}, note=evil, group=evil),), sets=()
    )
    write(table_of(book), "html", tmp_path / "x.html", "en")
    assert "<script" not in (tmp_path / "x.html").read_text()
