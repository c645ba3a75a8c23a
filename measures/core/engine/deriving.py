"""What both engines do with a plan that was made ready: the columns asked for, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from measures.core.engine.interface import ColumnResult, Plan
from measures.core.engine.prepare import Prepared, word_of
from measures.core.engine.sql import UNCOVERED
from surveys.core.table import REASON

if TYPE_CHECKING:  # what takes long to import is imported by the call that computes
    from pathlib import Path

    from measures.core.engine.writing import Writers


def paths_of(plan: Plan) -> list[Path]:
    """The files that a plan reads."""
    return [plan.source.path, *(known.path for known in plan.known.values())]


def reasons_of_known(plan: Plan) -> set[str]:
    """The absences in columns that were computed before."""
    found: set[str] = set()
    for known in plan.known.values():
        words = pl.scan_parquet(known.path).select(pl.col(REASON).drop_nulls().unique()).collect()
        found.update(words[REASON].to_list())
    return found


def output_columns(prepared: Prepared, names: Iterable[str]) -> list[str]:
    """v0, r0, v1, r1, … as the writers take them."""
    columns = []
    for at, name in enumerate(names):
        pair = prepared.outputs[name]
        columns += [f"{pair.value} AS v{at}", f"{pair.reason} AS r{at}"]
    return columns


def uncovered_columns(prepared: Prepared, plan: Plan) -> list[str]:
    """For every rule, how many rows no branch of a recode or case names."""
    rank = prepared.emitter.terms.rank(UNCOVERED)
    wanted = (prepared.outputs[rule.name].reason for rule in plan.rules)
    return [f"COUNT(*) FILTER (WHERE {reason} = {rank})" for reason in wanted]


def words_of(prepared: Prepared) -> list[str]:
    """The word of each rank as it is stored."""
    reasons = prepared.emitter.terms.reasons
    return [word_of(reasons, rank) for rank in range(1, len(reasons.words) + 1)]


def results_of(plan: Plan, prepared: Prepared, writers: Writers) -> tuple[ColumnResult, ...]:
    """The columns that were written, rule by rule."""
    _check_known(plan, writers.rows)
    return tuple(
        ColumnResult(
            name=rule.name,
            path=writers.paths[at],
            type=rule.checked.type,
            rows=writers.rows,
            tally=writers.tally(at),
            left_out=prepared.left_out,
            fitted=prepared.fitted[rule.name],
        )
        for at, rule in enumerate(plan.rules)
    )


def _check_known(plan: Plan, rows: int) -> None:
    """Columns computed before lie beside the rows by position, so their lengths must agree."""
    for name, known in plan.known.items():
        if pl.scan_parquet(known.path).select(pl.len()).collect().item() != rows:
            raise ValueError(f"the stored column of {name} has another number of rows than the plan")
