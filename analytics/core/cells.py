"""How many rows the categories of a model have, and its products' combinations of them: told in words.

A category of few rows has a coefficient that rests on few people, and a combination without rows has none.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod

import polars as pl

from analytics.core.design import Design
from analytics.core.formula import leaf
from analytics.core.frame import Frame, level_label, level_text, levels_used
from analytics.core.results import Check, ModelResult
from analytics.core.sample import Sample
from surveys.core.codebook import Scalar
from surveys.core.disclosure import FEWEST
from surveys.core.said import crossed, say

MOST_NAMED = 5  # combinations, categories or columns that one check names
MOST_CROSSED = 20_000  # combinations of one product that are looked through
Cell = tuple[tuple[str, Scalar], ...]  # variables with a category each


@dataclass(frozen=True)
class Cells:
    """The categories of a model and the combinations of its products that have ``few`` rows, or none."""

    few: tuple[Cell, ...]
    empty: tuple[Cell, ...]


def with_cells(result: ModelResult, design: Design, frame: Frame, sample: Sample) -> ModelResult:
    """``result`` with checks of rare categories and combinations without rows, and its others gathered."""
    found = cells_of(design, frame, sample)
    checks = [
        *_gathered(result.checks, design, found.empty),
        *_empty(found.empty, design, frame, result.dropped),
        *_rare(found.few, design, frame),
    ]
    last = [check for check in checks if check.code == "not_estimable"]  # what follows from the others
    return replace(result, checks=(*(check for check in checks if check not in last), *last))


def cells_of(design: Design, frame: Frame, sample: Sample) -> Cells:
    """The smallest ones alone: what lies within an empty or rare combination is no news."""
    columns: dict[str, list[Scalar]] = {}
    few: list[Cell] = []
    empty: list[Cell] = []
    for names in _crossed(design, frame, sample):
        for name in names:
            columns.setdefault(name, frame[name].values.filter(pl.Series(sample.mask)).to_list())
        levels = [levels_used(frame[name], sample.mask) for name in names]
        if prod(map(len, levels)) > MOST_CROSSED:
            continue
        counts = Counter(zip(*(columns[name] for name in names), strict=True))
        for values in itertools.product(*levels):
            n, cell = counts[values], tuple(zip(names, values, strict=True))
            if n >= FEWEST or _within(cell, empty) or (n and _within(cell, few)):
                continue
            (few if n else empty).append(cell)
    return Cells(tuple(few), tuple(empty))


def _crossed(design: Design, frame: Frame, sample: Sample) -> list[tuple[str, ...]]:
    """The factors and dummies of each column's product, each set once and the smallest first."""
    names = dict.fromkeys(leaf(atom).name for made in design.made_of for atom, _ in made)
    coded = {name for name in names if name in design.bases or _is_dummy(name, frame, sample)}
    sets = dict.fromkeys(
        tuple(dict.fromkeys(leaf(atom).name for atom, _ in made if leaf(atom).name in coded))
        for made in design.made_of
    )
    once = {frozenset(one): one for one in sets if one}
    return sorted(once.values(), key=len)


def _is_dummy(name: str, frame: Frame, sample: Sample) -> bool:
    return set(levels_used(frame[name], sample.mask)) <= {0, 1}


def _within(cell: Cell, others: Sequence[Cell]) -> bool:
    """Whether one of the combinations is a part of ``cell``."""
    return any(set(other) < set(cell) for other in others)


def _rare(cells: Sequence[Cell], design: Design, frame: Frame) -> Iterator[Check]:
    if cells:
        message = say(
            "Fewer than {fewest} rows have {cells}: what is said of them rests on few rows. Merge rare "
            "categories, or leave the term out.",
            fewest=FEWEST,
            cells=_named(cells, frame),
        )
        yield Check("warning", "rare_category", message, _columns(cells, design))


def _empty(cells: Sequence[Cell], design: Design, frame: Frame, dropped: Sequence[str]) -> Iterator[Check]:
    if cells:
        message = say(
            "No row used has {cells}: what their product would add is not known, and its columns are left "
            "out.",
            cells=_named(cells, frame),
        )
        columns = tuple(name for name in _columns(cells, design) if name in dropped)
        yield Check("warning", "empty_cells", message, columns)


def _named(cells: Sequence[Cell], frame: Frame) -> tuple[str, ...]:
    return _shortened([crossed(_called(name, value, frame) for name, value in cell) for cell in cells])


def _called(name: str, value: Scalar, frame: Frame) -> str:
    code, label = level_text(value), level_label(frame[name].variable, value)
    return f"{name} = {code}" if label == code else f"{name} = {code} ({label})"


def _shortened(named: Sequence[str]) -> tuple[str, ...]:
    if len(named) <= MOST_NAMED + 1:
        return tuple(named)
    return (*named[:MOST_NAMED], say("and {n} more", n=len(named) - MOST_NAMED))


def _columns(cells: Sequence[Cell], design: Design) -> tuple[str, ...]:
    """The columns of the design that stand for one of the cells."""
    wanted = {frozenset(cell) for cell in cells}
    own = (frozenset(_cell(design, at)) for at in range(len(design.names)))
    return tuple(name for name, cell in zip(design.names, own, strict=True) if cell in wanted)


def _cell(design: Design, at: int) -> Cell:
    """The categories whose rows alone have something other than 0 in a column."""
    return tuple(
        (leaf(atom).name, 1 if level is None else level)
        for atom, level in design.made_of[at]
        if level is not None or leaf(atom).text == atom.text
    )


def _gathered(checks: Sequence[Check], design: Design, empty: Sequence[Cell]) -> Iterator[Check]:
    """Checks without those of single columns that an empty combination explains, products' others in one."""
    place = {name: at for at, name in enumerate(design.names)}
    columns: dict[str, list[Check]] = {"constant_column": [], "collinear": []}
    for check in checks:
        at = place.get(check.terms[0], -1) if check.code in columns and check.terms else -1
        if at < 0 or len(design.made_of[at]) < 2:
            yield check
        elif check.code != "constant_column" or not _is_empty(_cell(design, at), empty):
            columns[check.code].append(check)
    for code, found in columns.items():
        if len(found) < 3:
            yield from found
        else:
            yield _together(code, found)


def _is_empty(cell: Cell, empty: Sequence[Cell]) -> bool:
    return any(set(other) <= set(cell) for other in empty)


def _together(code: str, found: Sequence[Check]) -> Check:
    terms = tuple(check.terms[0] for check in found)
    if code == "collinear":
        message = say(
            "{n} columns of products are exact combinations of other columns and were left out: {listed}.",
            n=len(found),
            listed=_shortened(terms),
        )
    else:
        message = say(
            "{n} columns of products have the same value in every row used and were left out: {listed}.",
            n=len(found),
            listed=_shortened(terms),
        )
    return Check("warning", code, message, terms)
