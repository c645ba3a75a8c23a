"""Finding variables by a part of their name, labels or texts: exact, in any script, without a server's index.

All that is searched of one wave version lies in three long texts (names, labels, everything else), a row to
a variable, case folded.  A search runs through them from the best kind of match to the weakest and stops
when it has enough.  So a common word is found in the first few versions; and a rare one is kept from running
through all of them by each version's :func:`grams`, which tell what certainly does not occur in it.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from surveys.core.codebook import Variable

ROW, LINE = "\x1e", "\n"
_BITS = 1 << 16  # of one version's grams; a large codebook sets about a tenth of them
Hit = tuple[int, int]  # version, position of the variable


@dataclass(frozen=True)
class Searched:
    """One text of a version: each row is ``ROW``, then its lines with ``LINE`` before each but the first."""

    text: str

    @cached_property
    def starts(self) -> list[int]:
        """Where each row starts, and the end."""
        lengths = map(len, self.text.split(ROW)[1:])
        places = [0]
        for length in lengths:
            places.append(places[-1] + length + 1)
        return places

    def rows_with(self, part: str) -> Iterator[int]:
        """Rows in which ``part`` occurs, in order."""
        place = self.text.find(part)
        while place >= 0:
            row = bisect_right(self.starts, place) - 1
            yield row
            place = self.text.find(part, self.starts[row + 1])

    def row(self, row: int) -> str:
        return self.text[self.starts[row] : self.starts[row + 1]]


@dataclass(frozen=True)
class Page:
    """All that is searched of one version."""

    names: Searched
    labels: Searched
    rest: Searched


def page_of(variables: Sequence[Variable]) -> Page:
    """The texts of a codebook; a label starts a line of its own, for what starts a label ranks high."""
    return Page(
        _searched([[variable.name] for variable in variables], first=""),
        _searched([list(variable.labels.values()) for variable in variables]),
        _searched([_rest(variable) for variable in variables]),
    )


def _rest(variable: Variable) -> list[str]:
    parts = [*variable.question.values()]
    for labels in (one.labels for some in (variable.codes, variable.missing) for one in some):
        parts += labels.values()
    return [*parts, variable.group, variable.universe, variable.note, variable.unit]


def _searched(rows: Sequence[Sequence[str]], first: str = LINE) -> Searched:
    return Searched("".join(ROW + first + LINE.join(_folded(row)) for row in rows))


def _folded(parts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(folded(part) for part in parts if part))


def folded(text: str) -> str:
    """Case folded, runs of blanks as one; without the sign that parts rows."""
    return " ".join(text.replace(ROW, " ").casefold().split())


def grams(page: Page) -> bytes:
    """A bit for each character and each pair of characters (by CRC-32) that occurs in a page."""
    bits = bytearray(_BITS // 8)
    for text in (page.names.text, page.labels.text, page.rest.text):
        for gram in {*text, *map("".join, pairwise(text))}:
            place = _place(gram)
            bits[place >> 3] |= 1 << (place & 7)
    return bytes(bits)


def may_hold(bits: bytes, words: Sequence[str]) -> bool:
    """False when one of ``words`` certainly does not occur in the page whose grams these are."""
    wanted = {gram for word in words for gram in (word, *map("".join, pairwise(word))) if len(gram) <= 2}
    return all(bits[place >> 3] >> (place & 7) & 1 for place in map(_place, wanted))


def _place(gram: str) -> int:
    return zlib.crc32(gram.encode("utf-8", "surrogatepass")) % _BITS


def search(versions: Sequence[int], page: Callable[[int], Page], text: str, limit: int) -> list[Hit]:
    """The best ``limit`` variables for ``text``; ``page`` gives the texts of a version when they are needed.

    Ranked: the exact name; names that start so; labels that start so; the phrase in a label or name; the
    phrase in a question, code or other text; every word somewhere.  Equal ones by version and position.
    """
    phrase = folded(text)
    found: dict[Hit, None] = {}
    for kind in _kinds(phrase) if phrase else ():
        for version in versions:
            for row in kind(page(version)):
                found[version, row] = None
                if len(found) >= limit:
                    return list(found)
    return list(found)


Kind = Callable[[Page], Iterator[int]]


def _kinds(phrase: str) -> tuple[Kind, ...]:
    kinds: tuple[Kind, ...] = (
        lambda page: _exact(page.names, phrase),
        lambda page: page.names.rows_with(ROW + phrase),
        lambda page: page.labels.rows_with(LINE + phrase),
        lambda page: page.labels.rows_with(phrase),
        lambda page: page.names.rows_with(phrase),
        lambda page: page.rest.rows_with(phrase),
    )
    return (*kinds, lambda page: _all_words(page, phrase.split(" "))) if " " in phrase else kinds


def _exact(names: Searched, name: str) -> Iterator[int]:
    return (row for row in names.rows_with(ROW + name) if names.row(row) == ROW + name)


def _all_words(page: Page, words: Sequence[str]) -> Iterator[int]:
    parts = (page.names, page.labels, page.rest)
    longest = max(words, key=len)
    rows = sorted({row for part in parts for row in part.rows_with(longest)})
    for row in rows:
        texts = [part.row(row) for part in parts]
        if all(any(word in text for text in texts) for word in words):
            yield row
