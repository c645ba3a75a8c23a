"""Engines: who computes rules over stored waves."""

from measures.core.engine.duck import DuckEngine
from measures.core.engine.interface import (
    Cell,
    ColumnPreview,
    ColumnResult,
    CrossCount,
    Crosstab,
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
    "ColumnPreview",
    "ColumnResult",
    "CrossCount",
    "Crosstab",
    "DuckEngine",
    "Engine",
    "Fitted",
    "Known",
    "Plan",
    "Rule",
    "Source",
    "SourceColumn",
]
