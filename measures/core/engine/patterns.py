"""The different answers to several rules, and how many rows give each, in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from measures.core.engine.query import Pipeline
from surveys.core.problems import refuse
from surveys.core.said import say

if TYPE_CHECKING:
    from measures.core.engine.fitting import Run
    from measures.core.engine.prepare import Prepared

MOST_PATTERNS = 300_000  # lines of numbers that one process takes in


def patterns_of(prepared: Prepared, names: Sequence[str], run: Run) -> list[tuple[Any, ...]]:
    """(value of each rule or None, …, rows), in no order.  Refused with more than ``MOST_PATTERNS``."""
    from measures.core.engine.prepare import stored

    columns = [prepared.emitter.columns[True, name] for name in names]
    ready = prepared.only(columns)
    cells = [stored(pair, ready.emitter.terms).value for pair in columns]
    pipeline = Pipeline(list(ready.pipeline.steps))
    named = [f"x_{at}" for at in range(len(names))]
    listed = ", ".join(f"{cell} AS {name}" for cell, name in zip(cells, named, strict=True))
    pipeline.add("answers", f"SELECT {listed} FROM {pipeline.last}")
    rest = f"GROUP BY {', '.join(named)} LIMIT {MOST_PATTERNS + 1}"
    rows = ready.ask(pipeline, [*named, "COUNT(*)"], run, rest)
    if len(rows) > MOST_PATTERNS:
        message = say(
            "The rows hold more than {most:,} different sets of values, too many to be ranked here.",
            most=MOST_PATTERNS,
        )
        raise refuse("too_many_patterns", message, hint="Round the components in the rule.")
    return rows
