"""The docs are true: every command, setting, file and rule that they name exists."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import polib
import pytest
import yaml
from django.core.management import get_commands

from analytics.core.kinds import KINDS, read_spec
from analytics.core.spec import METHODS
from measures.core.language import parse

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _text() -> str:
    return "\n".join(page.read_text() for page in PAGES)


def _chinese() -> str:
    """All that the catalogue says in Chinese."""
    catalogue = polib.pofile(str(ROOT / "config/locale/zh_Hans/LC_MESSAGES/django.po"))
    said = (text for entry in catalogue for text in (entry.msgstr, *entry.msgstr_plural.values()))
    return "\n".join(said)


def _blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


def test_every_command_named_exists() -> None:
    named = set(re.findall(r"manage\.py\s+([a-z_]+)", _text()))
    assert named and named <= set(get_commands())


def test_every_make_target_named_exists() -> None:
    made = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", _text())) <= made


def test_every_setting_named_is_read_and_every_setting_read_is_named() -> None:
    settings = (ROOT / "config" / "settings.py").read_text()
    read = set(re.findall(r'"(WAVEBOOK_[A-Z_]+|DATABASE_URL)"', settings))
    named = set(
        re.findall(r"`(WAVEBOOK_[A-Z_]+|DATABASE_URL)", (ROOT / "docs/administrators.md").read_text())
    )
    assert read == named


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_glossary_holds_the_chinese_words_of_the_pages() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE)
    words = {word: chinese.split("、") for word, chinese in rows if word not in ("word", "---")}
    assert len(words) > 30
    said = _chinese()
    assert not [(word, text) for word, chinese in words.items() for text in chinese if text not in said]


@pytest.mark.parametrize(
    "other", ["轮次", "适用范围", "派生", "哈希", "审查", "比值比", "情境表", "多重响应集", "多选题集"]
)
def test_the_pages_have_one_chinese_word_for_one_thing(other: str) -> None:
    assert [line for line in _chinese().splitlines() if other in line] == []


def test_every_rule_in_the_researchers_guide_parses() -> None:
    rules = _blocks("docs/researchers.md", "")[0].strip().splitlines()
    assert len(rules) >= 7
    for rule in rules:
        parse(rule)


@pytest.mark.parametrize("page", ["README.md", "docs/researchers.md"])
def test_every_specification_shown_is_valid(page: str) -> None:
    shown = [yaml.safe_load(block) for block in _blocks(page, "yaml")]
    specs = [spec for spec in shown if "kind" in spec]
    assert specs
    for spec in specs:
        read_spec(spec)


def test_examples_of_tables_read_columns_of_the_data_they_name() -> None:
    guide = (ROOT / "docs/researchers.md").read_text()
    section = guide.partition("## Tables, weighted and not")[2].partition("\n## ")[0]
    paths = re.findall(r"`(tests/reference/[^`]+\.csv)`", section)
    known = [next(csv.reader((ROOT / path).read_text().splitlines())) for path in paths]
    specs = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)]
    own = [read_spec(spec) for spec in specs if "targets" not in spec]
    assert len(paths) == 2 and len(own) >= 6
    for spec in own:
        assert any(set(spec.columns) <= set(columns) for columns in known), spec


def test_every_choice_of_method_is_told() -> None:
    guide = (ROOT / "docs/researchers.md").read_text()
    assert "method: {likelihood: ml}" in guide
    for choices in METHODS.values():
        for name, options in choices.items():
            told = f"`{name}` is {' or '.join(f'`{option}`' for option in options)}"
            assert told in guide or f"`{name}: {options[0]}`" in guide, name


def test_every_kind_named_exists() -> None:
    guide = (ROOT / "docs/researchers.md").read_text()
    line = re.search(r"^Kinds: (.*?)\n`manage", guide, re.MULTILINE | re.DOTALL)
    assert line is not None
    assert set(re.findall(r"`([a-z_]+)`", line[1])) == set(KINDS)


def test_every_dependency_is_pinned_with_a_reason() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            if line and not line.startswith(("#", "-r")):
                assert re.fullmatch(r"[\w.\[\]-]+==[\w.]+\s+# \S.{10,}", line), line
