"""The printed tables of the demo, line by line."""

from __future__ import annotations

from analytics.core.comparison import ComparedRow
from config.journey import WIDEST, _columns, _label


def test_rows_that_differ_in_their_last_words_are_told_apart() -> None:
    long = "Joining social insurance programmes designed according to the needs of"
    lines = list(_columns([["", "all"], [f"{long} migrants", "24.83"], [f"{long} residents", "34.33"]]))
    assert " ".join(" ".join(lines[1:3]).replace("24.83", "").split()) == f"{long} migrants"
    assert lines[4].strip().endswith("residents")
    assert max(map(len, lines)) <= WIDEST + 3 + 5


def test_a_row_coded_otherwise_than_its_label_says_so() -> None:
    row = ComparedRow("han", "Ethnic minority", (), coding={"en": "Han = 1"})
    assert _label(row) == "Ethnic minority (Han = 1)"
    assert _label(ComparedRow("age", "", ())) == "age"
