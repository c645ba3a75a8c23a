"""The embedded engine: SQL emitted from checked rules, run by DuckDB.

Each call, or each session of several calls, opens a connection of its own that may read the files it was
opened for and nothing else: no other file, no extension, no network, with a memory limit, and its settings
locked.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version as package_version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from measures.core.engine.cells import cells_of
from measures.core.engine.deriving import (
    output_columns,
    paths_of,
    reasons_of_known,
    results_of,
    uncovered_columns,
    waterfalls_of,
    words_of,
)
from measures.core.engine.dialect import STAGED
from measures.core.engine.failing import in_words, streamed
from measures.core.engine.interface import Cell, ColumnResult, Fitted, Plan, Rule, Waterfall
from measures.core.engine.prepare import Prepared, prepare
from measures.core.language.tree import Checked
from surveys.core.codebook import Scalar

if TYPE_CHECKING:  # what takes long to import is imported by the call that computes
    import duckdb

    from measures.core.engine.given import Part
    from measures.core.engine.joint import Joint

BATCH = 60_000  # rows per batch written; as many of all columns lie in memory twice


@dataclass(frozen=True)
class _Held:
    """The connection of a session, what it may read, and the process that opened it."""

    connection: duckdb.DuckDBPyConnection
    paths: frozenset[Path]
    process: int

    def serves(self, paths: Iterable[Path]) -> bool:
        """A connection never crosses a fork, and never reads what it was not opened for."""
        return self.process == os.getpid() and self.paths.issuperset(paths)


class DuckEngine:
    """One fresh connection per call or session; reads only the files it was opened for.

    ``threads`` changes no result: columns are row-wise, and what is fitted rests on exact sums.
    """

    name = "duckdb"
    semantics_version = "1"

    def __init__(self, threads: int = 2, memory_limit: str = "2GB") -> None:
        self.threads = threads
        self.memory_limit = memory_limit
        self._held: _Held | None = None

    @contextmanager
    def session(self, paths: Iterable[Path] = ()) -> Iterator[Self]:
        """The engine on one connection for several calls about ``paths``: opening one costs 20 ms.

        Results are those of the engine itself; a call that needs another file opens its own connection.
        For one thread, inside the block.
        """
        allowed = frozenset(paths)
        with self._fresh(allowed) as connection:
            engine = type(self)(self.threads, self.memory_limit)
            engine._held = _Held(connection, allowed, os.getpid())
            try:
                yield engine
            finally:
                engine._held = None

    def environment(self) -> dict[str, str]:
        """The program that computes, with its version."""
        return {"duckdb": package_version("duckdb")}

    def derive(self, plan: Plan, out_dir: Path) -> tuple[ColumnResult, ...]:
        """Compute every rule in one pass over the source and write one Parquet file each into ``out_dir``."""
        from measures.core.engine.writing import Writers

        with self._connection(plan) as connection:
            prepared = prepare(plan, _runner(connection), reasons_of_known(plan))
            statement = prepared.statement(output_columns(prepared, [rule.name for rule in plan.rules]))
            relation = _query(connection, statement, prepared)
            kinds = [rule.checked.type for rule in plan.rules]
            with Writers(out_dir, kinds, words_of(prepared)) as writers:
                for batch in streamed(relation.to_arrow_reader(BATCH)):
                    writers.add(batch)
        return results_of(plan, prepared, writers)

    def uncovered(self, plan: Plan) -> tuple[int, ...]:
        """For every rule, the rows with a value that no branch of a recode or case names.

        Only the numbers of rows leave the engine, so that a value too rare to be told stays untold.
        """
        if not plan.rules:
            return ()
        with self._connection(plan) as connection:
            prepared = prepare(plan, _runner(connection), reasons_of_known(plan))
            ((*rows,),) = prepared.rows(uncovered_columns(prepared, plan), _runner(connection))
        return tuple(rows)

    def waterfalls(self, plan: Plan, names: Collection[str]) -> tuple[Waterfall, ...]:
        """For the rules ``names`` of the plan, how many rows are absent by which cause; writes nothing."""
        with self._connection(plan) as connection:
            run = _runner(connection)
            prepared = prepare(plan, run, reasons_of_known(plan), STAGED)  # a cause asks why more than once
            return waterfalls_of(prepared, plan, names, run)

    def joint(self, plan: Plan, names: Sequence[str], by: str = "") -> Mapping[Scalar | None, Joint]:
        """How the rows answer the rules ``names`` together, by the groups of the rule ``by``."""
        from measures.core.engine.joint import joint_of

        with self._connection(plan) as connection:
            prepared = prepare(plan, _runner(connection), reasons_of_known(plan))
            return joint_of(prepared, names, by, _runner(connection))

    def patterns(self, plan: Plan, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """The different answers to the rules ``names``, each with its rows."""
        from measures.core.engine.patterns import patterns_of

        with self._connection(plan) as connection:
            prepared = prepare(plan, _runner(connection), reasons_of_known(plan))
            return patterns_of(prepared, names, _runner(connection))

    def evaluate(
        self, checked: Checked, rows: Sequence[Mapping[str, Cell]], fitted: Fitted | None = None
    ) -> tuple[Cell, ...]:
        """The rule on made-up rows: for each, the cells of its items and earlier measures."""
        return self._given([(Rule("given", checked, fitted), rows)], show_uncovered=False)[0]

    def outcomes(
        self, parts: Sequence[tuple[Checked, Sequence[Mapping[str, Cell]]]]
    ) -> tuple[tuple[Cell, ...], ...]:
        """As :meth:`evaluate` for several rules at once, but a value that no branch of a recode or case
        names comes back with the reason ``uncovered``."""
        return self._given([(Rule("given", checked), rows) for checked, rows in parts], show_uncovered=True)

    def _given(self, parts: Sequence[Part], show_uncovered: bool) -> tuple[tuple[Cell, ...], ...]:
        """All parts in one statement, their rows side by side."""
        if not parts:
            return ()
        from measures.core.engine.given import given

        laid = given(parts)
        with self._open(()) as connection:
            connection.register("given_rows", laid.rows.to_arrow(compat_level=pl.CompatLevel.oldest()))
            try:
                statement, parameters = laid.statement(_runner(connection))
                frame = pl.from_arrow(connection.sql(statement, params=dict(parameters)).to_arrow_table())
            finally:
                connection.unregister("given_rows")
        frame = _with_words(frame, laid.words(show_uncovered))
        cells = (cells_of(frame[f"v{at}"], frame[f"r{at}"]) for at in range(len(parts)))
        return tuple(found[: len(rows)] for found, (_, rows) in zip(cells, parts, strict=True))

    @contextmanager
    def _connection(self, plan: Plan) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._open(paths_of(plan)) as connection:
            yield connection

    @contextmanager
    def _open(self, paths: Sequence[Path]) -> Iterator[duckdb.DuckDBPyConnection]:
        """The session's connection when it may read ``paths``, else a fresh one."""
        with in_words():
            if self._held is not None and self._held.serves(paths):
                yield self._held.connection
            else:
                with self._fresh(paths) as connection:
                    yield connection

    @contextmanager
    def _fresh(self, paths: Iterable[Path]) -> Iterator[duckdb.DuckDBPyConnection]:
        import duckdb

        settings: dict[str, str | bool | int | float | list[str]] = {
            "threads": self.threads,
            "memory_limit": self.memory_limit,
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        }
        connection = duckdb.connect(":memory:", config=settings)
        try:
            allowed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
            connection.execute(f"SET allowed_paths = [{allowed}]")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
        finally:
            connection.close()


def _runner(connection: duckdb.DuckDBPyConnection) -> Any:
    def run(statement: str, parameters: Mapping[str, str]) -> list[tuple[Any, ...]]:
        return connection.execute(statement, dict(parameters)).fetchall()

    return run


def _query(
    connection: duckdb.DuckDBPyConnection, statement: str, prepared: Prepared
) -> duckdb.DuckDBPyRelation:
    return connection.sql(statement, params=prepared.emitter.terms.parameters.values)


def _with_words(frame: pl.DataFrame | pl.Series, words: list[str]) -> pl.DataFrame:
    assert isinstance(frame, pl.DataFrame)
    ranks = dict(enumerate(words, start=1))
    columns = [name for name in frame.columns if name.startswith("r")]
    return frame.with_columns(
        pl.col(name).replace_strict(ranks, default=None, return_dtype=pl.String) for name in columns
    )
