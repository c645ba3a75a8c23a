"""Search: what is found, in which order, and that nothing which occurs is ever passed over."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.core.codebook import Code, ValueType, Variable
from surveys.core.search import Page, folded, grams, may_hold, page_of, search


def variable(name: str, *labels: str, code: str = "") -> Variable:
    texts = dict(zip(("en", "zh", "fr"), labels, strict=False))
    codes = (Code(1, {"en": code}),) if code else ()
    return Variable(name, ValueType.INTEGER, labels=texts, codes=codes)


BOOK = (
    variable("q1", "Trust in the housing fund", "对住房公积金的信任"),
    variable("housing", "Kind of dwelling"),
    variable("q2", "Housing costs", "住房支出"),
    variable("housing_2", "Second dwelling"),
    variable("q3", "Insurance", "社保", code="housing allowance"),
    variable("q4", "The fund that pays for housing"),
)


def names(text: str, *books: tuple[Variable, ...], limit: int = 50) -> list[str]:
    books = books or (BOOK,)
    pages = [page_of(book) for book in books]
    words = folded(text).split(" ")
    there = [i for i, page in enumerate(pages) if may_hold(grams(page), words)]
    return [books[v][row].name for v, row in search(there, pages.__getitem__, text, limit)]


def test_the_exact_name_then_starts_then_phrases() -> None:
    assert names("Housing") == ["housing", "housing_2", "q2", "q1", "q4", "q3"]


def test_a_phrase_before_its_words_in_any_order() -> None:
    assert names("housing fund") == ["q1", "q4"]


def test_two_chinese_characters_are_found() -> None:
    assert names("社保") == ["q3"]
    assert names("住房") == ["q2", "q1"]


def test_the_exact_name_is_first_also_in_a_late_version() -> None:
    assert names("q1", (variable("q11"), variable("q12")), (variable("q1"),), limit=2) == ["q1", "q11"]


def test_nothing_is_found_across_variables_or_in_the_signs_between_them() -> None:
    assert names("q1 q2") == [] and names(chr(0x1E)) == [] and names("  ") == []


TEXT = st.text("ab 社保\n\x1eßI", max_size=6)


@settings(max_examples=60)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5), TEXT)
def test_whatever_holds_every_word_is_found_once(rows: list[tuple[str, str]], asked: str) -> None:
    book = tuple(variable(f"v{i}", a, code=b) for i, (a, b) in enumerate(rows))
    words = folded(asked).split(" ")
    holding = [
        v.name
        for v, (a, b) in zip(book, rows, strict=True)
        if all(any(w in text for text in (v.name, folded(a), folded(b))) for w in words)
    ]
    assert sorted(names(asked, book)) == (sorted(holding) if words != [""] else [])


def test_what_does_not_occur_is_mostly_known_without_reading() -> None:
    page: Page = page_of(BOOK)
    assert not may_hold(grams(page), ["xylophone"])
    assert may_hold(grams(page), ["公积"])
