"""YAML as people write it: strict, bounded, and mistakes in our own words with their line."""

from __future__ import annotations

import pytest

from surveys.core.plain_yaml import MOST_CHARACTERS, read_plain
from surveys.core.problems import Refused


def test_plain_types_come_back() -> None:
    assert read_plain("a: 1\nb: [x, {c: 男}]") == {"a": 1, "b": ["x", {"c": "男"}]}
    assert read_plain("") is None and read_plain("[]") == [] and read_plain('{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: [1, 2\nc: 3", "line 2, character 4: A square bracket is opened"),
        ("a: {b: 1", "line 1, character 4: A curly bracket is opened"),
        ("- {a: [", "line 1, character 8: Something is opened here and not closed"),
        ("a: 'x", "line 1, character 6: A text in quotes is not closed."),
        ("a: 1\nb: !!python/name:os.system x", "line 2, character 4: Tags (!name) are not read."),
        ("a: !secret x", "Tags (!name) are not read."),
        ("a:\n\tb: 1", "line 2, character 1: A tab stands where YAML needs spaces."),
        ("a: &x [1]\nb: *x", "line 2, character 4: Aliases (*name) are not read."),
        ("a: 1\na: 2", "line 1, character 1: “a” is given twice."),
        ("a: b: c", "A colon stands inside a text without quotes."),
        ("a: 1\n  b: 2", "line 2, character 4: A colon stands inside"),
        ("- a\nb: 1", "line 2, character 1: A line is indented otherwise"),
        ("{[a]: 1}", "A name must be one word or number."),
        ("a\n---\nb", "only one is read"),
        ("a: \x07", "It is not YAML."),
        ('a: ["\\ud800"]', "A text holds a character that cannot be stored."),
        ('"a\\0b": 1', "A text holds a character that cannot be stored."),
        ("a: {b: .nan}", "Infinite numbers"),
        ("[" * 3000, "It is nested too deep."),
        ("x" * (MOST_CHARACTERS + 1), "At most 65,536 characters are read here."),
    ],
)
def test_mistakes_are_told_in_our_words(text: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        read_plain(text)
    assert said in str(refused.value)
    with pytest.raises(Refused) as refused:
        read_plain(text, "recipe")
    assert str(refused.value).startswith("recipe")
