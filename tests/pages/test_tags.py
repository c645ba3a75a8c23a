"""How numbers, reasons and labels are printed."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from surveys.templatetags import charts, numerals, vocabulary, wavebook


@pytest.mark.parametrize(
    ("number", "digits", "printed"),
    [(1234.5678, 2, "1,234.57"), (-0.5, 3, "−0.500"), (-0.0001, 3, "0.000"), (None, 3, "–"), (0, 1, "0.0")],
)
def test_fixed_decimals(number: float | None, digits: int, printed: str) -> None:
    assert numerals.fixed(number, digits) == printed


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        (15999, "15,999"),
        (0.123456, "0.12346"),
        (-3, "−3"),
        (3e-16, "0"),
        ("inf", "inf"),
        (None, "–"),
        (2.0, "2"),
    ],
)
def test_short_numbers(number: float | str | None, printed: str) -> None:
    assert numerals.short(number) == printed


@pytest.mark.parametrize(("p", "printed"), [(0.0004, "< 0.001"), (0.0005, "= 0.001"), (0.25, "= 0.250")])
def test_p_values(p: float, printed: str) -> None:
    assert numerals.p_equals(p).replace("\u202f", " ") == printed


def test_codes_keep_their_spelling() -> None:
    assert [numerals.code_text(code) for code in (-1, 10000, 1.5, 2.0, "-a", None)] == [
        "−1",
        "10000",
        "1.5",
        "2",
        "-a",
        "",
    ]


def test_reasons_in_words() -> None:
    with override("en"):
        words = ["refused", "system", "code:-9", "tag:b", "moved_away", "valid"]
        assert [vocabulary.reason(word) for word in words] == [
            "refused",
            "empty",
            "declared missing: code −9",
            "tagged missing: .b",
            "moved away",
            "valid",
        ]
    with override("zh-hans"):
        assert vocabulary.reason("refused") == "拒答"


def test_marks_escape_what_they_mark() -> None:
    assert wavebook.highlight("a <b> & B", "b") == "a &lt;<mark>b</mark>&gt; &amp; <mark>B</mark>"
    assert wavebook.highlight("<i>", "") == "&lt;i&gt;"
    assert wavebook.highlight("a+b", "+ (") == "a<mark>+</mark>b"


def test_bars_stay_in_their_box() -> None:
    assert 'width="100.00%"' in charts.bar(250.0)
    assert 'width="0.00%"' in charts.bar(None)
    drawn = charts.stacked({"valid": 3, "refused": 1, "<x>": 0}, 4)
    assert drawn.count("<rect") == 2 and 'width="75.000%"' in drawn


def test_the_page_language_comes_first() -> None:
    labels = {"zh": "性别", "en": "Sex", "und": "sex"}
    with override("zh-hans"):
        assert [code for code, _ in wavebook.side_by_side(labels)] == ["zh", "en", "und"]
        assert wavebook.label(labels) == "性别"
    with override("en"):
        assert wavebook.other_languages(labels) == [("zh", "性别"), ("und", "sex")]
