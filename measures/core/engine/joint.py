"""How items are answered together: pairs of answers counted over the complete rows, in one pass.

From the counts come exact sums and products, and with them every correlation and every score's mean and
spread; of coded answers also the polychoric correlations.  Items with many different numbers give the sums
and products alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any

from measures.core.engine.fits import Moments, largest_of, moments, sample_of, scale_for
from measures.core.engine.query import Pipeline
from measures.core.engine.sql import Pair
from measures.core.language.tree import Type
from surveys.core.codebook import Scalar
from surveys.core.problems import Refused, refuse
from surveys.core.said import say

if TYPE_CHECKING:
    from measures.core.engine.fitting import Run
    from measures.core.engine.prepare import Prepared

MOST_CODES = 20  # different answers of an item that are crossed
MOST_CROSSED = 40  # items whose pairs are counted
MOST_GROUPS = 12

Place = tuple[int, int]  # two items by their places, the first before the second
Crossed = Mapping[Place, Mapping[tuple[float, float], int]]


@dataclass(frozen=True)
class Joint:
    """The answers of one group of rows to ``p`` items.

    ``answered``: rows by the number of items they answer, from none to all ``p``.  ``moments`` and ``pairs``
    are those of the rows that answer all; ``pairs`` is empty where items hold too many different numbers.
    """

    answered: tuple[int, ...]
    moments: Moments
    pairs: Crossed = field(default_factory=dict)

    @property
    def n(self) -> int:
        """The complete rows."""
        return self.answered[-1]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON: of pairs the counts, else sums and products as fractions."""
        if self.pairs:
            told = [[i, j, [[*cell, n] for cell, n in cells.items()]] for (i, j), cells in self.pairs.items()]
            return {"answered": list(self.answered), "pairs": told}
        found = self.moments
        products = [[str(cell) for cell in row] for row in found.products]
        exact = {"sums": [str(cell) for cell in found.sums], "products": products, "exact": found.is_exact}
        return {"answered": list(self.answered), "moments": exact}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Joint:
        answered = tuple(data["answered"])
        if "pairs" in data:
            pairs = {(i, j): {(a, b): n for a, b, n in cells} for i, j, cells in data["pairs"]}
            return of_pairs(answered, pairs)
        told = data["moments"]
        sums = tuple(Fraction(cell) for cell in told["sums"])
        products = tuple(tuple(Fraction(cell) for cell in row) for row in told["products"])
        return cls(answered, Moments(answered[-1], sums, products, told["exact"]))


def of_pairs(answered: tuple[int, ...], pairs: Crossed) -> Joint:
    """Sums and products as the counts of pairs tell them, exactly."""
    p = len(answered) - 1
    sums, squares = [Fraction(0)] * p, [Fraction(0)] * p
    products = [[Fraction(0)] * (j + 1) for j in range(p)]
    for (i, j), cells in pairs.items():
        for (a, b), n in cells.items():
            one, other = Fraction(a), Fraction(b)
            products[j][i] += one * other * n
            if i == 0:
                sums[j], squares[j] = sums[j] + other * n, squares[j] + other * other * n
            if (i, j) == (0, 1):
                sums[0], squares[0] = sums[0] + one * n, squares[0] + one * one * n
    for j in range(p):
        products[j][j] = squares[j]
    found = Moments(answered[-1], tuple(sums), tuple(tuple(row) for row in products), is_exact=True)
    return Joint(answered, found, pairs)


def joint_of(prepared: Prepared, names: Sequence[str], by: str, run: Run) -> dict[Scalar | None, Joint]:
    """Group -> its answers to the rules ``names``; without ``by`` the only group is None.

    Rows whose group is absent belong to none.  Refused with more than ``MOST_GROUPS`` groups.
    """
    columns = [prepared.emitter.columns[True, name] for name in names]
    group = prepared.emitter.columns[True, by] if by else None
    prepared = prepared.only([*columns, *([group] if group else [])])
    items = [_number(pair) for pair in columns]
    pipeline = _cells(prepared.pipeline, items, group)
    if all(pair.type is Type.INTEGER for pair in items) and len(items) <= MOST_CROSSED:
        found = _crossed(prepared, pipeline, len(items), run)
        if found is not None:
            return _named(found, by)
    return _named(_summed(prepared, pipeline, items, run), by)


def pairs_of(prepared: Prepared, parts: Sequence[Pair], run: Run) -> Joint | None:
    """The answers of all rows to ``parts``; None where they hold too many different numbers."""
    items = [_number(pair) for pair in parts]
    if len(items) > MOST_CROSSED or any(pair.type is not Type.INTEGER for pair in items):
        return None
    found = _crossed(prepared, _cells(prepared.pipeline, items, None), len(items), run)
    nobody = of_pairs((0,) * (len(items) + 1), {})
    return None if found is None else next(iter(found.values()), nobody)


def _number(pair: Pair) -> Pair:
    return Pair(pair.double, pair.reason, Type.INTEGER if pair.type is Type.CONDITION else pair.type)


def _cells(before: Pipeline, items: Sequence[Pair], group: Pair | None) -> Pipeline:
    """Of every row its group, how many items it answers, and its numbers."""
    pipeline = Pipeline(list(before.steps))
    key = group.value if group else "CAST(0 AS INTEGER)"
    count = " + ".join(f"CAST({pair.value} IS NOT NULL AS INTEGER)" for pair in items)
    cells = ", ".join(f"{pair.value} AS x_{at}" for at, pair in enumerate(items))
    rest = f" WHERE {group.value} IS NOT NULL" if group else ""
    pipeline.add("cells", f"SELECT {key} AS g, ({count}) AS answered, {cells} FROM {pipeline.last}{rest}")
    return pipeline


def _crossed(prepared: Prepared, cells: Pipeline, p: int, run: Run) -> dict[Scalar, Joint] | None:
    """Rows with the same answers are put together first; None where there are too many different ones."""
    pipeline, numbers = Pipeline(list(cells.steps)), range(p)
    whole = ", ".join(f"CASE WHEN answered = {p} THEN x_{at} END AS c_{at}" for at in numbers)
    pipeline.add("whole", f"SELECT g, answered, {whole} FROM {pipeline.last}")
    names = ", ".join(["g", "answered", *(f"c_{at}" for at in numbers)])
    pipeline.add("patterns", f"SELECT {names}, COUNT(*) AS n FROM {pipeline.last} GROUP BY {names}")
    places = list(combinations(numbers, 2))
    sets = ", ".join(["(g, answered)", *(f"(g, c_{i}, c_{j})" for i, j in places)])
    most = MOST_GROUPS * (len(places) * MOST_CODES**2 + p + 2)
    rest = f"GROUP BY GROUPING SETS ({sets}) LIMIT {most + 1}"
    rows = prepared.ask(pipeline, [names, "SUM(n)"], run, rest)
    return None if len(rows) > most else _joints(rows, p)


def _joints(rows: Sequence[Sequence[Any]], p: int) -> dict[Scalar, Joint] | None:
    answered: dict[Scalar, list[int]] = {}
    pairs: dict[Scalar, dict[Place, dict[tuple[float, float], int]]] = {}
    for key, told, *numbers, n in rows:
        if told is not None:
            answered.setdefault(key, [0] * (p + 1))[told] += int(n)
            continue
        filled = [(at, float(cell)) for at, cell in enumerate(numbers) if cell is not None]
        if len(filled) == 2:  # else it is what rows that are not complete leave
            (i, a), (j, b) = filled
            pairs.setdefault(key, {}).setdefault((i, j), {})[a, b] = int(n)
    if any(len({a for a, _ in cells}) > MOST_CODES or len({b for _, b in cells}) > MOST_CODES
           for crossed in pairs.values() for cells in crossed.values()):  # fmt: skip
        return None
    return {key: of_pairs(tuple(counts), _sorted(pairs.get(key, {}))) for key, counts in answered.items()}


def _sorted(pairs: Crossed) -> Crossed:
    return {place: dict(sorted(pairs[place].items())) for place in sorted(pairs)}


def _summed(prepared: Prepared, cells: Pipeline, items: Sequence[Pair], run: Run) -> dict[Scalar, Joint]:
    """Exact sums and products of each group; how many items are answered is counted beside them."""
    p = len(items)
    rest = f"GROUP BY g, answered LIMIT {(MOST_GROUPS + 1) * (p + 1)}"
    answered: dict[Scalar, list[int]] = {}
    for key, told, n in prepared.ask(cells, ["g", "answered", "COUNT(*)"], run, rest):
        answered.setdefault(key, [0] * (p + 1))[told] += int(n)
    columns = [Pair(f"x_{at}", None, pair.type) for at, pair in enumerate(items)]
    found = _moments(prepared, cells, columns, run)
    empty = Moments(0, (Fraction(0),) * p, tuple((Fraction(0),) * (j + 1) for j in range(p)), is_exact=True)
    return {key: Joint(tuple(counts), found.get(key, empty)) for key, counts in answered.items()}


def _moments(prepared: Prepared, cells: Pipeline, columns: Sequence[Pair], run: Run) -> dict[Scalar, Moments]:
    """Exactly if the numbers are short, else on numbers rounded to 50 bits, as fits are made."""
    dialect, p = prepared.emitter.terms.dialect, len(columns)

    def asked(wanted: Any) -> list[tuple[Any, ...]]:
        pipeline = Pipeline(list(cells.steps))
        named = ", ".join(["g", *wanted.columns])
        pipeline.add("sample", f"SELECT {named} FROM {pipeline.last} WHERE {wanted.where}")
        return prepared.ask(pipeline, ["g", *wanted.aggregates], run, "GROUP BY g")

    rows = asked(sample_of(columns, dialect))
    if all(row[2] for row in rows):
        return {row[0]: moments(row[1:], p) for row in rows}
    largest = [row[1:] for row in asked(largest_of(columns))]
    scales = [scale_for(max(row[at] for row in largest)) for at in range(p)]
    return {row[0]: moments(row[1:], p, scales) for row in asked(sample_of(columns, dialect, scales))}


def _named(found: Mapping[Scalar, Joint], by: str) -> dict[Scalar | None, Joint]:
    if not by:
        return {None: next(iter(found.values()))} if found else {}
    if len(found) > MOST_GROUPS:
        raise too_many_groups()
    keys = sorted(found, key=lambda key: (isinstance(key, str), key))
    return {_whole(key): found[key] for key in keys}


def too_many_groups() -> Refused:
    """The refusal of a grouping item with more than ``MOST_GROUPS`` groups."""
    message = say("It has more than {most} groups.", most=MOST_GROUPS)
    return refuse("too_many_groups", message, where="by", hint="Group by an item with few codes.")


def _whole(key: Scalar) -> Scalar:
    return int(key) if isinstance(key, float) and key.is_integer() else key
