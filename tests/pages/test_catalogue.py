"""The Chinese catalogue: complete, compiled, and covering every word that a template marks."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import polib
import pytest
from django.utils.translation import override

from tests.conftest import ROOT
from tests.pages.sentences import templates

FOLDER = ROOT / "config" / "locale" / "zh_Hans" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)s")
MARKED = re.compile(r"""\{%-?\s*translate\s+(?:"([^"]+)"|'([^']+)')""")


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(FOLDER / "django.po"))


def test_every_message_is_translated(catalogue: polib.POFile) -> None:
    assert not catalogue.untranslated_entries() and not catalogue.fuzzy_entries()


def test_placeholders_survive_translation(catalogue: polib.POFile) -> None:
    for entry in catalogue:
        texts = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
        for text in texts:
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(entry.msgid)), entry.msgid


def test_the_compiled_catalogue_is_that_of_the_source(catalogue: polib.POFile) -> None:
    compiled = polib.mofile(str(FOLDER / "django.mo"))
    assert {(e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in compiled} == {
        (e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in catalogue
    }


def test_every_marked_word_of_the_templates_is_in_it(catalogue: polib.POFile) -> None:
    known = {entry.msgid for entry in catalogue}
    for path in sorted(Path(ROOT / "templates").rglob("*.html")):
        for double, single in MARKED.findall(path.read_text()):
            word = (double or single).replace("%", "%%")
            assert word in known or word.replace("%%", "%") in known, (path.name, word)


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_every_sentence_of_the_cores_is_in_it(catalogue: polib.POFile) -> None:
    known = {entry.msgid: entry.msgstr for entry in catalogue if not entry.msgctxt}
    told = list(templates())
    assert len(told) > 600
    assert not [(place, text) for place, text in told if text not in known]
    for place, text in told:
        assert fields(known[text]) == fields(text), (place, text)


def test_words_of_the_field_are_used() -> None:
    from django.utils.translation import gettext

    with override("zh-hans"):
        assert [gettext(word) for word in ("Wave", "codebook", "Item", "Measure", "Missing, and why")] == [
            "调查批次",
            "编码本",
            "题项",
            "测量",
            "缺失及原因",
        ]
