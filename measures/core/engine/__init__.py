"""Engines: who computes rules over stored waves."""

from measures.core.engine.duck import DuckEngine
from measures.core.engine.interface import (
    Cell,
    ColumnResult,
    Engine,
    Fitted,
    Known,
    Plan,
    Rule,
    Source,
    SourceColumn,
)

__all__ = [
    "Cell",
    "ColumnResult",
    "DuckEngine",
    "Engine",
    "Fitted",
    "Known",
    "Plan",
    "Rule",
    "Source",
    "SourceColumn",
]
