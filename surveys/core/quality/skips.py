"""Answers where the universe says that the question was not asked, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from surveys.core.absence import NOT_APPLICABLE, NOT_ASKED
from surveys.core.codebook import Codebook, Variable
from surveys.core.findings import Finding, Severity
from surveys.core.problems import near_misses
from surveys.core.quality.rows import first_rows
from surveys.core.quality.universe import Universe, asked, names_in, read_universe
from surveys.core.said import alternatives, both, say, say_n
from surveys.core.table import read_split

SKIPPED = (NOT_ASKED, NOT_APPLICABLE)


def skip_violations(codebook: Codebook, parquet: Path) -> Iterator[Finding]:
    """One finding per variable and direction; a universe that names no variable of the wave is told too."""
    for position, variable in enumerate(codebook.variables):
        universe = read_universe(variable.universe)
        if universe is None:
            continue
        unknown = sorted(names_in(universe) - set(codebook.names))
        if unknown:
            yield from (_unknown(variable, name, codebook) for name in unknown)
        else:
            yield from _checked(codebook, parquet, position, universe)


def _unknown(variable: Variable, name: str, codebook: Codebook) -> Finding:
    text = say("Its universe names {name}, which is not in the file.", name=name)
    if near := near_misses(name, codebook.names):
        text = both(text, say("Did you mean {near}?", near=alternatives(near)))
    return Finding(Severity.WARNING, "universe_unknown", text, variable.name)


def _checked(codebook: Codebook, parquet: Path, position: int, universe: Universe) -> Iterator[Finding]:
    variable = codebook.variables[position]
    types = {name: codebook.variable(name).type for name in names_in(universe)}
    test = asked(universe, types)
    if test is None:
        text = say("A value in its universe does not fit: {universe}.", universe=variable.universe)
        yield Finding(Severity.WARNING, "universe_unfit", text, variable.name)
        return
    columns = {
        name: read_split(parquet, codebook.names.index(name), codebook.variable(name))[0] for name in types
    }
    is_asked = pl.DataFrame(columns).select(test.alias("asked"))["asked"]
    values, reasons = read_split(parquet, position, variable)
    answered = (~is_asked).fill_null(False) & values.is_not_null()
    skipped = is_asked.fill_null(False) & reasons.is_in(SKIPPED).fill_null(False)
    if answered.any():
        text = say_n(
            int(answered.sum()),
            "1 row holds an answer although its universe ({universe}) leaves it out (row {rows}).",
            "{n:,} rows hold an answer although its universe ({universe}) leaves them out (first: {rows}).",
            n=int(answered.sum()), universe=variable.universe, rows=first_rows(answered),
        )  # fmt: skip
        yield Finding(Severity.WARNING, "answered_outside_universe", text, variable.name)
    if skipped.any():
        text = say_n(
            int(skipped.sum()),
            "1 row was not asked although its universe ({universe}) includes it (row {rows}).",
            "{n:,} rows were not asked although its universe ({universe}) includes them (first: {rows}).",
            n=int(skipped.sum()), universe=variable.universe, rows=first_rows(skipped),
        )  # fmt: skip
        yield Finding(Severity.WARNING, "skipped_inside_universe", text, variable.name)
