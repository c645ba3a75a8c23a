"""Made-up rows instead of a stored wave: the statement that puts several rules to rows of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

import polars as pl

from measures.core.engine.dialect import DUCKDB
from measures.core.engine.emit import Emitter
from measures.core.engine.fitting import Run
from measures.core.engine.interface import Cell, Rule
from measures.core.engine.prepare import Prepared, add_rules, word_of
from measures.core.engine.query import Pipeline, reasons_of_rules
from measures.core.engine.sql import Pair, Parameters, Reasons, Terms
from measures.core.language.tree import Type
from surveys.core.absence import SYSTEM

Part = tuple[Rule, Sequence[Mapping[str, Cell]]]  # a rule and, for each row, the cells of what it reads

_NUMBERS = (Type.INTEGER, Type.DECIMAL, Type.TIME)


@dataclass(frozen=True)
class Given:
    """Rows of several parts side by side: the same item may hold other cells in each, so each part has
    ``columns`` of its own in the table ``rows``."""

    parts: Sequence[Part]
    reasons: Reasons
    rows: pl.DataFrame
    columns: Sequence[dict[tuple[bool, str], Pair]]

    def words(self, show_uncovered: bool) -> list[str]:
        """The word of each rank, an uncovered value as it is stored unless it is to be shown."""
        words = self.reasons.words
        if show_uncovered:
            return list(words)
        return [word_of(self.reasons, rank) for rank in range(1, len(words) + 1)]

    def statement(self, run: Run) -> tuple[str, Mapping[str, str]]:
        """What gives v0, r0, v1, r1, … one pair per part, and its parameters; reads given_rows."""
        pipeline, parameters = Pipeline([("given", "SELECT * FROM given_rows")]), Parameters()
        terms = Terms(self.reasons, parameters)
        emitters, outputs = [], []
        for at, ((rule, _), columns) in enumerate(zip(self.parts, self.columns, strict=True)):
            contexts = rule.checked.scope.contexts
            emitter = Emitter(terms, columns, contexts, prefix=f"x{at}_")
            prepared = Prepared(pipeline, emitter)
            add_rules(prepared, [rule], run)
            emitters.append(emitter)
            pair = prepared.outputs[rule.name]
            outputs += [f"{pair.value} AS v{at}", f"{pair.reason} AS r{at}"]
        levels = zip_longest(*(emitter.stages for emitter in emitters), fillvalue=())
        pipeline.extend((list(chain.from_iterable(level)) for level in levels), "rules")
        return pipeline.select(outputs), parameters.values


def given(parts: Sequence[Part]) -> Given:
    """Lays the rows of ``parts`` side by side."""
    met = {cell.reason for _, rows in parts for row in rows for cell in row.values() if cell.reason}
    reasons = Reasons((*reasons_of_rules([rule.checked for rule, _ in parts]), *met))
    length = max(len(rows) for _, rows in parts)
    series = [pl.Series("one", [1] * length)]
    columns = [
        _columns(f"g{at}", rule, [*rows, *_padding(rule, length - len(rows))], reasons, series)
        for at, (rule, rows) in enumerate(parts)
    ]
    return Given(parts, reasons, pl.DataFrame(series), columns)


def _padding(rule: Rule, more: int) -> list[Mapping[str, Cell]]:
    """Rows for a part that has fewer than another: absent throughout; nobody reads what they give."""
    names = (*rule.checked.items, *rule.checked.measures)
    return [dict.fromkeys(names, Cell(None, SYSTEM))] * more


def _columns(
    prefix: str,
    rule: Rule,
    rows: Sequence[Mapping[str, Cell]],
    reasons: Reasons,
    series: list[pl.Series],
) -> dict[tuple[bool, str], Pair]:
    """The cells of a part as cleaned columns; what lies behind them goes into ``series``."""
    columns: dict[tuple[bool, str], Pair] = {}
    ranks = {word: rank for rank, word in enumerate(reasons.words, start=1)}
    checked = rule.checked
    for at, name in enumerate((*checked.items, *checked.measures)):
        variable = checked.scope.variable(name)
        assert variable is not None
        kind, column = Type(variable.type.value), f"{prefix}_{at}"
        cells = [row[name] for row in rows]
        absent = [ranks[cell.reason] if cell.reason else None for cell in cells]
        physical = pl.Float64 if kind in _NUMBERS else pl.String
        series.append(pl.Series(f"v_{column}", [cell.value for cell in cells], dtype=physical))
        series.append(pl.Series(f"r_{column}", absent, dtype=pl.Int16))
        pair = Pair(_typed(f"v_{column}", kind), f"r_{column}", kind)
        columns[name in checked.scope.measures, name] = pair
    return columns


def _typed(column: str, kind: Type) -> str:
    return f"CAST({column} AS {DUCKDB.type_of(kind)})" if kind in (Type.DATE, Type.DATETIME) else column
