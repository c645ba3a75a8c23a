"""The embedded engine: SQL emitted from checked rules, run by DuckDB.

Each call opens a connection of its own that may read the plan's files and nothing else: no other file, no
extension, no network, with a memory limit, and its settings locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from measures.core.engine.counting import cells_of, crosstab_of, preview_of
from measures.core.engine.emit import Emitter
from measures.core.engine.interface import Cell, ColumnPreview, ColumnResult, Crosstab, Fitted, Plan, Rule
from measures.core.engine.prepare import Prepared, add_rules, prepare
from measures.core.engine.query import Pipeline, reasons_of_rules
from measures.core.engine.sql import SQL_TYPES, Pair, Parameters, Reasons
from measures.core.engine.writing import Writers
from measures.core.language.tree import Checked, Type
from surveys.core.table import REASON

BATCH = 120_000  # rows per batch written


class DuckEngine:
    """One fresh connection per call; reads only the files of the plan.

    ``threads`` changes no result: columns are row-wise, and what is fitted rests on exact sums.
    """

    name = "duckdb"
    semantics_version = "1"

    def __init__(self, threads: int = 1, memory_limit: str = "2GB") -> None:
        self.threads = threads
        self.memory_limit = memory_limit

    def derive(self, plan: Plan, out_dir: Path) -> tuple[ColumnResult, ...]:
        """Compute every rule in one pass over the source and write one Parquet file each into ``out_dir``."""
        with self._connection(plan) as connection:
            prepared = prepare(plan, _runner(connection), _reasons_of_known(plan))
            statement = prepared.statement(_output_columns(prepared, [rule.name for rule in plan.rules]))
            relation = _query(connection, statement, prepared)
            kinds = [rule.checked.type for rule in plan.rules]
            with Writers(out_dir, kinds, _words(prepared)) as writers:
                for batch in relation.to_arrow_reader(BATCH):
                    writers.add(batch)
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

    def preview(self, plan: Plan) -> tuple[ColumnPreview, ...]:
        """What ``derive`` would give, counted instead of written."""
        names = [rule.name for rule in plan.rules]
        prepared, frame = self._frame(plan, names)
        return tuple(
            preview_of(rule, frame[f"v{at}"], frame[f"r{at}"], prepared) for at, rule in enumerate(plan.rules)
        )

    def crosstab(self, plan: Plan, left: str, right: str, limit: int = 500) -> Crosstab:
        """Joint counts of two columns of the plan: rules by name, else items of the source."""
        _, frame = self._frame(plan, [left, right])
        return crosstab_of(frame, limit)

    def evaluate(
        self, checked: Checked, rows: Sequence[Mapping[str, Cell]], fitted: Fitted | None = None
    ) -> tuple[Cell, ...]:
        """The rule on made-up rows: for each, the cells of its items and earlier measures."""
        with self._open(()) as connection:
            return _evaluated(connection, Rule("given", checked, fitted), rows, show_uncovered=False)

    def outcomes(
        self, parts: Sequence[tuple[Checked, Sequence[Mapping[str, Cell]]]]
    ) -> tuple[tuple[Cell, ...], ...]:
        """As :meth:`evaluate` for several rules at once, but a value that no branch of a recode or case
        names comes back with the reason ``uncovered``."""
        with self._open(()) as connection:
            return tuple(
                _evaluated(connection, Rule("given", checked), rows, show_uncovered=True)
                for checked, rows in parts
            )

    def _frame(self, plan: Plan, names: Sequence[str]) -> tuple[Prepared, pl.DataFrame]:
        """The named rules or items as columns v0, r0, v1, r1, … with reasons in words."""
        rules = {rule.name for rule in plan.rules}
        extra = [name for name in names if name not in rules]
        with self._connection(plan) as connection:
            prepared = prepare(plan, _runner(connection), _reasons_of_known(plan), extra)
            columns = _output_columns(prepared, names)
            relation = _query(connection, prepared.statement(columns), prepared)
            frame = pl.from_arrow(relation.to_arrow_table())
        return prepared, _with_words(frame, _words(prepared))

    @contextmanager
    def _connection(self, plan: Plan) -> Iterator[duckdb.DuckDBPyConnection]:
        paths = [plan.source.path, *(known.path for known in plan.known.values())]
        with self._open(paths) as connection:
            yield connection

    @contextmanager
    def _open(self, paths: Iterable[Path]) -> Iterator[duckdb.DuckDBPyConnection]:
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
    return connection.sql(statement, params=prepared.emitter.parameters.values)


def _output_columns(prepared: Prepared, names: Iterable[str]) -> list[str]:
    columns = []
    for at, name in enumerate(names):
        pair = prepared.outputs.get(name) or prepared.emitter.columns[False, name]
        columns += [f"{pair.value} AS v{at}", f"{pair.reason} AS r{at}"]
    return columns


def _words(prepared: Prepared, show_uncovered: bool = False) -> list[str]:
    """The word of each rank as it is stored."""
    words = prepared.emitter.reasons.words
    return [word if show_uncovered or word != "uncovered" else "out_of_range" for word in words]


def _with_words(frame: pl.DataFrame | pl.Series, words: list[str]) -> pl.DataFrame:
    assert isinstance(frame, pl.DataFrame)
    ranks = dict(enumerate(words, start=1))
    columns = [name for name in frame.columns if name.startswith("r")]
    return frame.with_columns(
        pl.col(name).replace_strict(ranks, default=None, return_dtype=pl.String) for name in columns
    )


def _reasons_of_known(plan: Plan) -> set[str]:
    found: set[str] = set()
    for known in plan.known.values():
        words = pl.scan_parquet(known.path).select(pl.col(REASON).drop_nulls().unique()).collect()
        found.update(words[REASON].to_list())
    return found


def _check_known(plan: Plan, rows: int) -> None:
    """Columns computed before lie beside the rows by position, so their lengths must agree."""
    for name, known in plan.known.items():
        if pl.scan_parquet(known.path).select(pl.len()).collect().item() != rows:
            raise ValueError(f"the stored column of {name} has another number of rows than the plan")


def _evaluated(
    connection: duckdb.DuckDBPyConnection,
    rule: Rule,
    rows: Sequence[Mapping[str, Cell]],
    show_uncovered: bool,
) -> tuple[Cell, ...]:
    met = {cell.reason for row in rows for cell in row.values() if cell.reason}
    prepared = _given(connection, rule.checked, rows, Reasons((*reasons_of_rules([rule.checked]), *met)))
    add_rules(prepared, [rule], _runner(connection))
    relation = _query(connection, prepared.statement(_output_columns(prepared, [rule.name])), prepared)
    frame = _with_words(pl.from_arrow(relation.to_arrow_table()), _words(prepared, show_uncovered))
    return cells_of(frame["v0"], frame["r0"])


def _given(
    connection: duckdb.DuckDBPyConnection,
    checked: Checked,
    rows: Sequence[Mapping[str, Cell]],
    reasons: Reasons,
) -> Prepared:
    """Made-up rows as the cleaned columns of a pipeline."""
    columns: dict[tuple[bool, str], Pair] = {}
    arrays: dict[str, pa.Array] = {"one": pa.array([1] * len(rows))}
    ranks = {word: rank for rank, word in enumerate(reasons.words, start=1)}
    for at, name in enumerate((*checked.items, *checked.measures)):
        variable = checked.scope.variable(name)
        assert variable is not None
        kind = Type(variable.type.value)
        cells = [row[name] for row in rows]
        arrays[f"v_g{at}"] = pa.array([cell.value for cell in cells], type=_ARROW.get(kind, pa.string()))
        arrays[f"r_g{at}"] = pa.array([ranks[c.reason] if c.reason else None for c in cells], type=pa.int16())
        columns[name in checked.scope.measures, name] = Pair(_typed(f"v_g{at}", kind), f"r_g{at}", kind)
    connection.register("given_rows", pa.table(arrays))
    pipeline = Pipeline([("given", "SELECT * FROM given_rows")])
    return Prepared(pipeline, Emitter(reasons, Parameters(), columns, checked.scope.contexts))


_ARROW = {Type.INTEGER: pa.float64(), Type.DECIMAL: pa.float64(), Type.TIME: pa.float64()}


def _typed(column: str, kind: Type) -> str:
    return f"CAST({column} AS {SQL_TYPES[kind]})" if kind in (Type.DATE, Type.DATETIME) else column
