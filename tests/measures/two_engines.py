"""The same plan on the embedded and on the distributed engine, and what may differ: nothing but last bits."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from measures.core.engine import ColumnResult, DuckEngine, Plan
from measures.core.engine.spark import SparkEngine
from measures.core.language.tree import Apply, Checked, walk
from surveys.core.hashing import column_hash
from surveys.core.table import read_derived

QUICK = {  # many small plans: what is compiled for each would take longer than running it
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "2",
}
RELATIVE = 1e-12
_OF_THE_C_LIBRARY = {"ln", "log10", "exp"}


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkEngine]:
    """One local session for every test that asks; skipped where there is no Spark."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed: make test-spark installs it and runs these")
    if shutil.which("java") is None:
        pytest.skip("there is no Java, which Spark runs on")
    with SparkEngine("local[2]", QUICK).session() as engine:
        yield engine


@dataclass(frozen=True)
class Both:
    """What each engine made of a plan."""

    plan: Plan
    embedded: Sequence[ColumnResult]
    distributed: Sequence[ColumnResult]

    def differences(self) -> list[str]:
        """The rules whose columns are not the same, with what they differ in."""
        found = []
        pairs = zip(self.plan.rules, self.embedded, self.distributed, strict=True)
        for rule, one, other in pairs:
            if why := differing(rule.checked, one, other):
                found.append(f"{rule.name}: {why}")
        return found

    def columns(self) -> dict[str, pl.DataFrame]:
        """The distributed engine's."""
        return {result.name: pl.read_parquet(result.path) for result in self.distributed}


def on_both(spark: SparkEngine, plan: Plan, folder: Path) -> Both:
    """Computes a plan twice; the folders are fresh."""
    here, there = folder / "embedded", folder / "distributed"
    here.mkdir(parents=True)
    there.mkdir()
    return Both(plan, DuckEngine().derive(plan, here), spark.derive(plan, there))


def differing(checked: Checked, one: ColumnResult, other: ColumnResult) -> str:
    """What two results differ in; values by hash, but logarithms and exponentials to twelve digits."""
    for what in ("rows", "type", "tally", "left_out", "fitted"):
        if getattr(one, what) != getattr(other, what):
            return what
    (values, reasons), (others, other_reasons) = read_derived(one.path), read_derived(other.path)
    if not reasons.equals(other_reasons):
        return "reasons"
    if column_hash(one.type, values, reasons) == column_hash(other.type, others, other_reasons):
        return ""
    if not _uses_the_c_library(checked) or not values.dtype.is_float():
        return "values"
    apart = (values - others).abs() > RELATIVE * values.abs()
    return "values by more than a last bit" if apart.any() else ""


def _uses_the_c_library(checked: Checked) -> bool:
    return any(isinstance(node, Apply) and node.function in _OF_THE_C_LIBRARY for node in walk(checked.root))
