"""The page about the functions of rules is what the registry and the programs make of it."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from measures.core.language import FUNCTIONS
from measures.core.rules_page import page
from surveys.core.absence import VOCABULARY, strongest
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def made() -> str:
    return page()


def test_the_page_is_up_to_date(made: str) -> None:
    kept = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert kept == made, "write it anew with manage.py rules_page"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_a_table_and_its_equivalents(made: str, name: str) -> None:
    part = made.partition(f"### {name}\n")[2].partition("\n### ")[0]
    assert "*Absences.*" in part and "| --- |" in part
    assert all(f"\n{title}:" in part for title in ("SPSS", "Stata", "R"))


def test_tables_tell_absences_too(made: str) -> None:
    part = made.partition("### share_of\n")[2].partition("\n### ")[0]
    assert "| *refused* | 0 | 1 | **0.5** |" in part
    assert "| *dont_know* | *dont_know* | *refused* | ***refused*** |" in part


def test_reasons_stand_in_the_order_in_which_they_win(made: str) -> None:
    """Each is held against the next in a function that both meet in."""
    listed = re.findall(r"^\d+\. `(\w+)`", made, re.MULTILINE)
    assert sorted(listed) == sorted(VOCABULARY)
    for stronger, weaker in pairwise(listed):
        assert strongest([weaker, stronger]) == stronger
    assert strongest(["system", "away"]) == "away" and strongest(["user_missing", "away"]) == "user_missing"
    assert made.index("of a study's own") > made.index("`user_missing`")
