"""What both engines do with a plan that was made ready: the columns asked for, and what is told of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

import polars as pl

from measures.core.engine.causes import Causes
from measures.core.engine.fitting import Run
from measures.core.engine.interface import Cause, ColumnResult, Fall, Plan, Waterfall
from measures.core.engine.prepare import Prepared, word_of
from measures.core.engine.sql import UNCOVERED
from surveys.core.absence import precedence
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


def waterfalls_of(prepared: Prepared, plan: Plan, names: Collection[str], run: Run) -> tuple[Waterfall, ...]:
    """Rows, valid rows and absences by their cause, of the rules ``names``."""
    asked = [rule for rule in plan.rules if rule.name in names]
    if not asked:
        return ()
    causes, groups = Causes(prepared.emitter, asked[0].checked.scope), []
    for rule in asked:
        causes.scope, root = rule.checked.scope, rule.checked.root
        reason, pair = prepared.outputs[rule.name].reason, prepared.emitter.add(root)
        cause = causes.of(root)
        if pair.reason is not None:  # what a rule's end makes of a number that is too large
            cause = f"CASE WHEN {pair.reason} IS NOT NULL THEN {cause} ELSE {causes.itself(root)} END"
        else:
            cause = causes.itself(root)
        groups.append(
            [f"COALESCE({reason}, 0)", f"CASE WHEN {reason} IS NULL THEN 0 ELSE COALESCE({cause}, 0) END"]
        )
    words = words_of(prepared)
    counted = prepared.counted(groups, run)
    return tuple(
        _waterfall(rule.name, rows, words, causes.known) for rule, rows in zip(asked, counted, strict=True)
    )


def _waterfall(
    name: str, counted: Iterable[tuple[int, ...]], words: Sequence[str], known: Sequence[Cause]
) -> Waterfall:
    valid, found = 0, dict[tuple[str, Cause], int]()
    for rank, cause, rows in counted:
        if not rank:
            valid += rows
            continue
        if not cause:
            raise RuntimeError(f"an absence of {name} has no cause")
        key = words[rank - 1], known[cause - 1]
        found[key] = found.get(key, 0) + rows
    falls = sorted(
        (Fall(reason, cause, rows) for (reason, cause), rows in found.items()),
        key=lambda fall: (precedence(fall.reason), -fall.rows, fall.cause.name),
    )
    return Waterfall(name, valid + sum(fall.rows for fall in falls), valid, tuple(falls))


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
