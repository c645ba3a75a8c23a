"""Two codebooks side by side."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from surveys.core.codebook import Codebook, ResponseSet, Variable
from surveys.core.comparison.difference import Comparison, SetPair, VariableDifference
from surveys.core.comparison.distribution import Counts, Side
from surveys.core.comparison.renames import decided_renaming, suggested_renamings
from surveys.core.comparison.texts import text_pairs
from surveys.core.comparison.variables import IN_ONE_WAVE, NOTICEABLE, variable_difference


@dataclass(frozen=True)
class Book:
    """A codebook with what was counted of each variable, and each column's content hash.

    ``untold`` are variables whose counts may not be told beside another version of the wave.
    """

    codebook: Codebook
    frequencies: Mapping[str, Counts] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    untold: Collection[str] = ()

    def side(self, variable: Variable) -> Side:
        return Side(variable, self.frequencies.get(variable.name, {}), variable.name in self.untold)


def compare_books(
    before: Book,
    after: Book,
    *,
    renamings: Iterable[tuple[str, str]] = (),
    is_told: bool = False,
    is_one_wave: bool = False,
) -> Comparison:
    """What differs from ``before`` to ``after``; nothing is decided by it.

    ``renamings`` are pairs of names that somebody decided upon: each is one variable of both sides.
    ``is_told``: small counts may be told (see :mod:`surveys.core.comparison.distribution`).
    ``is_one_wave``: both are versions of one wave, so a much smaller difference of answers counts.
    """
    old = {variable.name: variable for variable in before.codebook.variables}
    new = {variable.name: variable for variable in after.codebook.variables}
    shared = [name for name in new if name in old]
    decided = tuple(renamings)
    pairs = [*((name, name) for name in shared), *decided]
    removed = _without(old, {name for name, _ in pairs})
    added = _without(new, {name for _, name in pairs})
    least = IN_ONE_WAVE if is_one_wave else NOTICEABLE
    found = [_shared(before, after, old[was], new[is_now], is_told, least) for was, is_now in pairs]
    return Comparison(
        added=tuple(variable.name for variable in added),
        removed=tuple(variable.name for variable in removed),
        renamed=suggested_renamings(
            [before.side(one) for one in removed], [after.side(one) for one in added], is_told=is_told
        ),
        changed=tuple(one for one in found if one.kinds),
        unchanged=tuple(one for one in found if not one.kinds),
        sets=tuple(_sets(before.codebook, after.codebook)),
        is_moved=shared != [name for name in old if name in new],
        decided=tuple(
            decided_renaming(before.side(old[was]), after.side(new[is_now]), is_told=is_told)
            for was, is_now in decided
        ),
    )


def _without(variables: Mapping[str, Variable], names: Collection[str]) -> list[Variable]:
    return [variable for name, variable in variables.items() if name not in names]


def _shared(
    before: Book, after: Book, old: Variable, new: Variable, is_told: bool, least: float
) -> VariableDifference:
    hashes: Any = before.hashes.get(old.name), after.hashes.get(new.name)
    is_same = hashes[0] is not None and hashes[0] == hashes[1] and old.missing == new.missing
    return variable_difference(
        before.side(old), after.side(new), is_told=is_told, least=least, is_same_content=is_same
    )


def _sets(before: Codebook, after: Codebook) -> Iterator[SetPair]:
    """Multiple-response sets by name: gone, new, or with other members, counted value or label."""
    old, new = _by_name(before), _by_name(after)
    for name in dict.fromkeys((*old, *new)):
        was, is_now = old.get(name), new.get(name)
        texts = text_pairs(was.labels, is_now.labels) if was and is_now else ()
        if texts or _content(was) != _content(is_now):
            yield SetPair(name, was, is_now, texts)


def _by_name(book: Codebook) -> dict[str, ResponseSet]:
    return {one.name.lstrip("$"): one for one in book.sets}


def _content(one: ResponseSet | None) -> Any:
    return (one.kind, one.variables, one.counted_value) if one else None
