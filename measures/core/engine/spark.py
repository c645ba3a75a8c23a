"""The distributed engine: the same SQL from the same rules, run by Spark where the data do not fit a machine.

What is fitted comes back as aggregates and what is computed as Parquet that Spark's workers wrote; no row
passes through Python but those of the finished columns, batch by batch, into the files of the store.  Rows
have no order of their own in Spark, so each carries its place in the stored file.

pyspark is imported by the call that computes and by nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self

from measures.core.engine.deriving import (
    output_columns,
    paths_of,
    reasons_of_known,
    results_of,
    uncovered_columns,
    waterfalls_of,
    words_of,
)
from measures.core.engine.dialect import SPARK, view_of
from measures.core.engine.duck import BATCH, DuckEngine
from measures.core.engine.failing import in_words
from measures.core.engine.fitting import Run
from measures.core.engine.interface import ColumnResult, Plan, Waterfall
from measures.core.engine.prepare import Prepared, prepare
from measures.core.engine.spark_sessions import opened
from measures.core.masters import LOCAL
from surveys.core.codebook import Scalar

if TYPE_CHECKING:
    import pyarrow as pa

    from measures.core.engine.joint import Joint

_GLOB = re.compile(r"([\\{}\[\]*?])")


class SparkEngine:
    """One session per call, or per block of :meth:`session`; ``master`` says whose workers compute.

    ``settings`` are Spark's own, on top of what the machine's configuration of Spark says; none changes a
    result.
    """

    name = "spark"
    semantics_version = DuckEngine.semantics_version  # that of the reference: its columns are the same

    def __init__(self, master: str = LOCAL, settings: Mapping[str, str] | None = None) -> None:
        self.master = master
        self.settings = dict(settings or {})
        self._held: Any = None
        self._version = ""

    @contextmanager
    def session(self) -> Iterator[Self]:
        """The engine on one session for several calls: opening one takes seconds."""
        with self._open() as spark:
            engine = type(self)(self.master, self.settings)
            engine._held, engine._version = spark, spark.version
            try:
                yield engine
            finally:
                engine._held = None

    def environment(self) -> dict[str, str]:
        """The program that computes, with its version."""
        return {"spark": self._version or installed()}

    def derive(self, plan: Plan, out_dir: Path) -> tuple[ColumnResult, ...]:
        """Compute every rule in one pass over the source and write one Parquet file each into ``out_dir``."""
        from measures.core.engine.writing import Writers

        with in_words(), self._views(plan) as spark:
            prepared = prepare(plan, _runner(spark), reasons_of_known(plan), SPARK)
            kinds = [rule.checked.type for rule in plan.rules]
            with (
                TemporaryDirectory(dir=out_dir, prefix="parts") as parts,
                Writers(out_dir, kinds, words_of(prepared)) as writers,
            ):
                for batch in _computed(spark, plan, prepared, Path(parts) / "rows"):
                    writers.add(batch)
        return results_of(plan, prepared, writers)

    def uncovered(self, plan: Plan) -> tuple[int, ...]:
        """For every rule, the rows with a value that no branch of a recode or case names."""
        if not plan.rules:
            return ()
        with in_words(), self._views(plan) as spark:
            prepared = prepare(plan, _runner(spark), reasons_of_known(plan), SPARK)
            ((*rows,),) = prepared.rows(uncovered_columns(prepared, plan), _runner(spark))
        return tuple(rows)

    def waterfalls(self, plan: Plan, names: Collection[str]) -> tuple[Waterfall, ...]:
        """For the rules ``names`` of the plan, how many rows are absent by which cause; writes nothing."""
        with in_words(), self._views(plan) as spark:
            run = _runner(spark)
            return waterfalls_of(prepare(plan, run, reasons_of_known(plan), SPARK), plan, names, run)

    def joint(self, plan: Plan, names: Sequence[str], by: str = "") -> Mapping[Scalar | None, Joint]:
        """How the rows answer the rules ``names`` together, by the groups of the rule ``by``."""
        from measures.core.engine.joint import joint_of

        with in_words(), self._views(plan) as spark:
            prepared = prepare(plan, _runner(spark), reasons_of_known(plan), SPARK)
            return joint_of(prepared, names, by, _runner(spark))

    def patterns(self, plan: Plan, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """The different answers to the rules ``names``, each with its rows."""
        from measures.core.engine.patterns import patterns_of

        with in_words(), self._views(plan) as spark:
            prepared = prepare(plan, _runner(spark), reasons_of_known(plan), SPARK)
            return patterns_of(prepared, names, _runner(spark))

    @contextmanager
    def _open(self) -> Iterator[Any]:
        if self._held is not None:
            yield self._held
            return
        with opened(self.master, self.settings) as spark:
            self._version = spark.version
            yield spark

    @contextmanager
    def _views(self, plan: Plan) -> Iterator[Any]:
        """A session in which every file of the plan has its view."""
        paths = dict.fromkeys(paths_of(plan))
        with self._open() as spark:
            for path in paths:
                file = spark.read.parquet(_address(path))
                placed = file.selectExpr("*", f"_metadata.row_index AS {SPARK.row}")
                placed.createOrReplaceTempView(view_of(path))
            try:
                yield spark
            finally:
                for path in paths:
                    spark.catalog.dropTempView(view_of(path))


def installed() -> str:
    """The version of pyspark; empty where there is none."""
    try:
        return package_version("pyspark")
    except PackageNotFoundError:
        return ""


def _runner(spark: Any) -> Run:
    def run(statement: str, parameters: Mapping[str, str]) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in spark.sql(statement, args=dict(parameters)).collect()]

    return run


def _computed(spark: Any, plan: Plan, prepared: Prepared, folder: Path) -> Iterator[pa.RecordBatch]:
    """The rows in their order, as Spark's workers leave them in a folder."""
    import pyarrow.parquet as pq

    columns = output_columns(prepared, [rule.name for rule in plan.rules])
    statement = prepared.statement(columns, f"ORDER BY {SPARK.row}")
    rows = spark.sql(statement, args=prepared.emitter.terms.parameters.values)
    rows.write.parquet(_address(folder), compression="zstd")
    for part in sorted(folder.glob("part-*.parquet")):
        with pq.ParquetFile(part) as file:
            yield from file.iter_batches(BATCH)


def _address(path: Path) -> str:
    """A path of this machine's, which the workers see as well; no sign in it is a pattern."""
    return "file://" + _GLOB.sub(r"\\\1", str(path.absolute()))
