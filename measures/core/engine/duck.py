"""The embedded engine: SQL emitted from checked rules, run by DuckDB."""

from __future__ import annotations

from pathlib import Path

from measures.core.engine.interface import ColumnPreview, ColumnResult, Crosstab, Plan


class DuckEngine:
    """One fresh connection per call; reads only the files of the plan."""

    name = "duckdb"
    semantics_version = "1"

    def __init__(self, threads: int = 1, memory_limit: str = "2GB") -> None:
        self.threads = threads
        self.memory_limit = memory_limit

    def derive(self, plan: Plan, out_dir: Path) -> tuple[ColumnResult, ...]:
        raise NotImplementedError

    def preview(self, plan: Plan) -> tuple[ColumnPreview, ...]:
        raise NotImplementedError

    def crosstab(self, plan: Plan, left: str, right: str, limit: int = 500) -> Crosstab:
        raise NotImplementedError
