"""Texts of two codebooks: which differ, and in which words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from surveys.core.codebook import Labels, text_in
from surveys.core.comparison.difference import TextPair

_SPACE = re.compile(r"\s+")
# a word, a run of blanks, or one sign; Chinese and Japanese letters are words of their own
_TOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W\u3400-\u9fff\uf900-\ufaff]+|\s+|[^\w\s]")
_WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[^\W\u3400-\u9fff\uf900-\ufaff_]+")


def tidy(text: str) -> str:
    """A text without what printing changes: runs of blanks are one blank, none at the ends."""
    return _SPACE.sub(" ", text).strip()


def text_pairs(before: Labels, after: Labels) -> tuple[TextPair, ...]:
    """The languages in which two sets of labels differ; a text that only moved to another language is none.

    Where the sides share no language (one file says which it is, the other does not), what a reader would
    see is compared.
    """
    if before == after:
        return ()
    old = {language: tidy(text) for language, text in before.items() if tidy(text)}
    new = {language: tidy(text) for language, text in after.items() if tidy(text)}
    if old and new and not old.keys() & new.keys():
        pair = TextPair("und", tidy(text_in(old, "en")), tidy(text_in(new, "en")))
        return () if pair.before == pair.after else (pair,)
    return tuple(_differing(old, new))


def _differing(old: dict[str, str], new: dict[str, str]) -> Iterator[TextPair]:
    for language in dict.fromkeys((*old, *new)):
        was, is_now = old.get(language, ""), new.get(language, "")
        is_moved = (not was and is_now in old.values()) or (not is_now and was in new.values())
        if was != is_now and not is_moved:
            yield TextPair(language, was, is_now, is_translation=bool(old and new) and not (was and is_now))


@dataclass(frozen=True)
class Piece:
    """A run of a text that both sides share, or that only one of them has."""

    text: str
    is_shared: bool


def word_difference(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts in pieces, so that what differs can be marked word by word (Chinese: letter by letter)."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if a < b:
            left.append(Piece("".join(old[a:b]), tag == "equal"))
        if c < d:
            right.append(Piece("".join(new[c:d]), tag == "equal"))
    return tuple(left), tuple(right)


@lru_cache(maxsize=1 << 14)
def words_of(text: str) -> frozenset[str]:
    """The words of a text for likeness: casefolded; of Chinese every pair of neighbouring letters."""
    found: set[str] = set()
    for word in _WORD.findall(text.casefold()):
        if "\u3400" <= word[0] <= "\u9fff" and len(word) > 1:
            found |= {word[i : i + 2] for i in range(len(word) - 1)}
        else:
            found.add(word)
    return frozenset(found)
