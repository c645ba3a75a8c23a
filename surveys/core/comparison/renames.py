"""Which of the variables that are gone may be one of those that came: suggestions with a score, no more.

All pairs are looked at once, coarsely, as a product of sparse word weights; only the most alike of each are
scored in full.  So two codebooks of 2,000 variables without a common name take about a second.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from surveys.core.comparison.codes import Key, valid_codes
from surveys.core.comparison.difference import Renaming
from surveys.core.comparison.distribution import Side, distribution
from surveys.core.comparison.texts import words_of

WEIGHTS: Mapping[str, float] = {
    "label": 0.4,
    "question": 0.2,
    "codes": 0.25,
    "name": 0.15,
    "distribution": 0.1,
}
LEAST_SCORE = 0.5
LEAST_WORDS = 0.5  # likeness of label or question, above which alone a renaming is thought of
BY_NAME_ALONE = 0.9  # what the score must be where nothing but names (and answers) can be compared
OTHER_TYPE = 0.85  # a number that became text is less likely the same
CANDIDATES = 6  # per variable that is gone
NEAR_BEST = 0.5  # of the coarse likeness of the best one, below which no other is looked at
_PART = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True)
class _Face:
    """What likeness is judged by."""

    side: Side

    @property
    def name(self) -> str:
        return self.side.variable.name

    @cached_property
    def name_parts(self) -> frozenset[str]:
        """Pairs of letters and whole numbers of the name, whatever its case and separators."""
        found: set[str] = set()
        for part in _PART.findall(self.name.casefold()):
            found |= (
                {part} if part.isdigit() or len(part) < 3 else {part[i : i + 2] for i in range(len(part) - 1)}
            )
        return frozenset(found)

    @cached_property
    def label(self) -> frozenset[str]:
        return _words(self.side.variable.labels.values())

    @cached_property
    def question(self) -> frozenset[str]:
        return _words(self.side.variable.question.values())

    @cached_property
    def codes(self) -> frozenset[Key]:
        return frozenset(valid_codes(self.side.variable))

    @cached_property
    def code_words(self) -> frozenset[tuple[Key, str]]:
        codes = valid_codes(self.side.variable).items()
        return frozenset((key, word) for key, code in codes for word in _words(code.labels.values()))

    @cached_property
    def terms(self) -> frozenset[str]:
        """Everything above as words of one kind, for the coarse look."""
        codes = {f"c:{word}" for _key, word in self.code_words}
        return frozenset({f"n:{part}" for part in self.name_parts} | self.label | self.question | codes)


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset[str]().union(*(words_of(text) for text in texts))


def suggested_renamings(
    removed: Sequence[Side], added: Sequence[Side], *, is_told: bool
) -> tuple[Renaming, ...]:
    """One-to-one suggestions, the most likely first; ties are broken by name."""
    if not removed or not added:
        return ()
    old, new = [_Face(side) for side in removed], [_Face(side) for side in added]
    scored = [
        found
        for before, nearest in zip(old, _nearest(old, new), strict=True)
        for after in nearest
        if (found := _renaming(before, after, is_told)) is not None
    ]
    scored.sort(key=lambda one: (-one.score, one.before, one.after))
    return tuple(_one_to_one(scored))


def _one_to_one(scored: Iterable[Renaming]) -> Iterator[Renaming]:
    taken_before: set[str] = set()
    taken_after: set[str] = set()
    for one in scored:
        if one.before not in taken_before and one.after not in taken_after:
            taken_before.add(one.before)
            taken_after.add(one.after)
            yield one


def _nearest(old: Sequence[_Face], new: Sequence[_Face]) -> Iterator[list[_Face]]:
    """For each of ``old`` the faces of ``new`` that share most weight with it."""
    from scipy.sparse import csr_matrix  # loaded only where two codebooks really differ

    frequency = Counter(term for face in (*old, *new) for term in face.terms)
    place = {term: i for i, term in enumerate(sorted(frequency))}
    total = len(old) + len(new)
    weight = {term: math.log(1 + total / n) for term, n in frequency.items()}

    def matrix(faces: Sequence[_Face]) -> csr_matrix:
        rows, columns, values = [], [], []
        for row, face in enumerate(faces):
            norm = math.sqrt(sum(weight[term] ** 2 for term in sorted(face.terms))) or 1.0
            for term in sorted(face.terms):
                rows.append(row)
                columns.append(place[term])
                values.append(weight[term] / norm)
        return csr_matrix((values, (rows, columns)), shape=(len(faces), len(place)), dtype=np.float32)

    right = matrix(new).T.tocsr()
    left = matrix(old)
    for start in range(0, len(old), 256):
        likeness = (left[start : start + 256] @ right).toarray()
        most = min(CANDIDATES, len(new))
        best = np.argpartition(-likeness, most - 1, axis=1)[:, :most]
        for row, found in enumerate(best):
            least = max(NEAR_BEST * likeness[row, found].max(), 1e-6)
            yield [new[i] for i in sorted(found) if likeness[row, i] >= least]


def _renaming(before: _Face, after: _Face, is_told: bool) -> Renaming | None:
    """The pair with its score, or None where it is too unlike to be told."""
    parts = _parts(before, after)
    told = [parts[name] for name in ("label", "question") if name in parts]
    if told and max(told) <= LEAST_WORDS:
        return None  # other words: another question, however alike its codes are
    if _score(before, after, parts) < LEAST_SCORE - WEIGHTS["distribution"]:
        return None  # its answers cannot lift it high enough
    found = _scored(before, after, parts, is_told)
    has_words = parts.keys() & {"label", "question", "codes"}
    return found if found.score >= (LEAST_SCORE if has_words else BY_NAME_ALONE) else None


def decided_renaming(before: Side, after: Side, *, is_told: bool) -> Renaming:
    """A pair that somebody decided upon, with its likeness, however small."""
    old, new = _Face(before), _Face(after)
    return _scored(old, new, _parts(old, new), is_told)


def _parts(before: _Face, after: _Face) -> dict[str, float]:
    """The likenesses that cost little: of names, words and codes, where both sides have them."""
    parts = {"name": _dice(before.name_parts, after.name_parts)}
    if before.name.casefold() == after.name.casefold():
        parts["name"] = 1.0
    if before.label and after.label:
        parts["label"] = _likeness(before.label, after.label)
    if before.question and after.question:
        parts["question"] = _likeness(before.question, after.question)
    if before.codes and after.codes:
        parts["codes"] = _code_likeness(before, after)
    return parts


def _scored(before: _Face, after: _Face, parts: dict[str, float], is_told: bool) -> Renaming:
    """The pair with the likeness of its answers as well."""
    answers = distribution(before.side, after.side, is_told=is_told)
    if answers is not None and answers.distance is not None:
        parts["distribution"] = 1.0 - answers.distance
    score = _score(before, after, parts)
    shown = {name: round(parts[name], 3) for name in WEIGHTS if name in parts}
    return Renaming(before.name, after.name, round(score, 3), shown)


def _score(before: _Face, after: _Face, parts: Mapping[str, float]) -> float:
    """The weighted mean of the parts that both sides tell."""
    score = sum(WEIGHTS[name] * parts[name] for name in parts) / sum(WEIGHTS[name] for name in parts)
    is_same_type = before.side.variable.type.is_number == after.side.variable.type.is_number
    return score if is_same_type else score * OTHER_TYPE


def _code_likeness(before: _Face, after: _Face) -> float:
    """By values, by values with their labels, and by labels alone (a scale may be turned round)."""
    values = _dice(before.codes, after.codes)
    if not before.code_words or not after.code_words:
        return values
    words = [frozenset(word for _key, word in one.code_words) for one in (before, after)]
    return (values + _dice(before.code_words, after.code_words) + _dice(*words)) / 3


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared words of two texts; one that says the same at greater length stays near."""
    inside = len(one & other) / min(len(one), len(other))
    return (_dice(one, other) + inside) / 2


def _dice(one: frozenset[Any], other: frozenset[Any]) -> float:
    """Shared members twice over all members: 0 to 1."""
    whole = len(one) + len(other)
    return 2 * len(one & other) / whole if whole else 0.0
