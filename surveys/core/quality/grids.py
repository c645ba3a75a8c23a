"""The same answer to every item of a grid: sometimes an opinion, often a tired respondent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import polars as pl

from surveys.core.codebook import Codebook, Variable
from surveys.core.findings import Finding, Severity
from surveys.core.said import say
from surveys.core.table import read_each_split

FEWEST_ITEMS = 4
FEWEST_CODES = 3  # yes/no blocks are filled with one answer by nature
_ENDING = re.compile(r"(\d+|(?<=[\d_])[A-Za-z])$")  # what tells items of one grid apart
WORTH_TELLING = 0.05  # of the rows that answered every item


def straight_lines(codebook: Codebook, parquet: Path) -> Iterator[Finding]:
    """One finding per grid in which at least one row in twenty gives every item the same code.

    A grid is a block of four or more neighbouring items (the codebook's group, else a run of variables with
    the same labelled codes) outside multiple-response sets.
    """
    places = {name: position for position, name in enumerate(codebook.names)}
    for grid in grids(codebook):
        columns = read_each_split(parquet, [(places[item.name], item) for item in grid])
        same, answered = _alike(values for values, _ in columns)
        if same and same >= WORTH_TELLING * answered:
            text = say(
                "{n:,} of {all:,} rows that answer the {items} items {first} to {last} give one code to all.",
                n=same, all=answered, items=len(grid), first=grid[0].name, last=grid[-1].name,
            )  # fmt: skip
            yield Finding(Severity.INFO, "straight_lining", text, grid[0].name)


def _alike(columns: Iterator[pl.Series]) -> tuple[int, int]:
    """(rows with the same value in all columns, rows with a value in all); read no further than it takes."""
    first = next(columns)
    answered = first.is_not_null()
    same = answered
    for values in columns:
        answered = answered & values.is_not_null()
        same = (same & (values == first)).fill_null(False)
        if not same.any():  # nothing to tell, however many answered
            return 0, 0
    return int(same.sum()), int(answered.sum())


def grids(codebook: Codebook) -> Iterator[list[Variable]]:
    """Runs of neighbouring items with the same codes and the same block.

    Two grids with one scale may stand side by side: where no block is declared, four or more items with one
    stem in their names (``g1`` to ``g4``, ``q1_a`` to ``q1_d``) are a grid of their own.
    """
    for run in _runs(codebook):
        parts = [run] if run[0].group else _by_stem(run)
        yield from (part for part in parts if len(part) >= FEWEST_ITEMS)


def _runs(codebook: Codebook) -> Iterator[list[Variable]]:
    in_sets = {name for one in codebook.sets for name in one.variables}
    run: list[Variable] = []
    for variable in codebook.variables:
        is_item = len(variable.codes) >= FEWEST_CODES and variable.name not in in_sets
        if run and not (is_item and _grid_of(variable) == _grid_of(run[0])):
            yield run
            run = []
        if is_item:
            run.append(variable)
    if run:
        yield run


def _by_stem(run: list[Variable]) -> Iterator[list[Variable]]:
    """The run parted where the stem changes; what has too few items of one stem stays with its neighbours."""
    rest: list[Variable] = []
    for _, some in groupby(run, key=lambda item: _ENDING.sub("", item.name)):
        alike = list(some)
        if len(alike) >= FEWEST_ITEMS:
            yield from (rest, alike)
            rest = []
        else:
            rest += alike
    yield rest


def _grid_of(variable: Variable) -> tuple[object, ...]:
    codes = tuple((code.value, tuple(sorted(code.labels.items()))) for code in variable.codes)
    return variable.group, variable.type, codes
