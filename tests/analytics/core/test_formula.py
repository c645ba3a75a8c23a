"""The formula language: what it reads, and what it says about what it does not read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core.formula import centred, parse
from surveys.core.problems import Refused

READ = [
    ("y ~ a + b", "y ~ a + b"),
    ("y~a*b", "y ~ a + b + a:b"),
    ("y ~ a*b*c", "y ~ a + b + c + a:b + a:c + b:c + a:b:c"),
    ("y ~ a:b + a", "y ~ a + a:b"),  # main effects first, as in R
    ("y ~ a + b:a + a:b + a", "y ~ a + b:a"),  # the same term once
    ("y ~ a:a", "y ~ a"),
    ("y ~ a + 0", "y ~ 0 + a"),
    ("y ~ 1", "y ~ 1"),
    ("ln(y) ~ I(age^2) + center(x):isp", "ln(y) ~ I(age^2) + center(x):isp"),
    ("y ~ C(m, ref='no job') + C(n, ref=-1)", 'y ~ C(m, ref="no job") + C(n, ref=-1)'),
    ("`年龄` ~ `q 1` + C(`婚姻`)", "`年龄` ~ `q 1` + C(`婚姻`)"),
    ("y ~ C + ln + ref + a.b", "y ~ C + ln + ref + a.b"),  # function names are names without a parenthesis
    ("isp + fsp", "isp + fsp"),  # a block of a series
]


@pytest.mark.parametrize(("text", "canonical"), READ)
def test_reads(text: str, canonical: str) -> None:
    assert parse(text).text == canonical
    assert parse(canonical).text == canonical


REFUSED = [
    ("", "formula_syntax", (0, 0), "empty"),
    ("y ~ a +", "formula_syntax", (7, 7), "ends too early"),
    ("y ~ a - b", "formula_syntax", (6, 7), "write 0"),
    ("y ~ 年龄", "formula_syntax", (4, 6), "backticks: `年龄`"),
    ("y ~ a + (1|city)", "formula_syntax", (8, 9), "groups:"),
    ("y ~ log(a)", "unknown_function", (4, 7), "Did you mean ln?"),
    ("y ~ factor(a)", "unknown_function", (4, 10), "Did you mean C?"),
    ("y ~ a^2", "formula_syntax", (5, 6), "I(x^2)"),
    ("y ~ I(a^9)", "formula_power", (4, 10), "2 to 5"),
    ("y ~ a:b:c:d:e", "formula_product", (4, 13), "4 parts"),
    ("y ~ 0 + 1 + a", "formula_constant", (4, 13), "forbids"),
    ("y ~ `a", "formula_syntax", (4, 5), "backtick"),
    ("y ~ " + "ln(" * 900 + "a", "formula_depth", None, "deep"),
    ("y ~ " + "a+" * 3000 + "a", "formula_too_long", None, "4,000"),
    ("y ~ __import__('os').system('x')", "unknown_function", (4, 14), "no function"),
    ("y ~ open('/etc/passwd')", "unknown_function", (4, 8), "no function"),
]


@pytest.mark.parametrize(("text", "code", "position", "words"), REFUSED)
def test_refuses_with_position(text: str, code: str, position: tuple[int, int] | None, words: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(text)
    problem = caught.value.problems[0]
    assert problem.code == code
    assert words in problem.sentence()
    if position is not None:
        assert problem.position == position


@given(st.text(alphabet="ab~+:*()^0123C`\"' ,=refInlcent.\\", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        formula = parse(text)
    except Refused:
        return
    assert parse(formula.text) == formula


def test_centring_reaches_main_effects_and_products_but_keeps_their_rows() -> None:
    formula = centred(parse("y ~ x + isp + isp:x + C(m)"), frozenset({"x"}))
    assert formula.text == "y ~ center(x) + isp + C(m) + isp:center(x)"
    assert [term.plain for term in formula.terms] == ["x", "isp", "C(m)", "isp:x"]
    assert formula.variables == ("y", "x", "isp", "m")
