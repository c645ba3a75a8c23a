"""Engines: who computes rules over stored waves."""

from measures.core.engine.duck import DuckEngine
from measures.core.engine.interface import (
    Cause,
    Cell,
    ColumnResult,
    Engine,
    Fall,
    Fitted,
    Known,
    Plan,
    Rule,
    Source,
    SourceColumn,
    Waterfall,
)

__all__ = [
    "Cause",
    "Cell",
    "ColumnResult",
    "DuckEngine",
    "Engine",
    "Fall",
    "Fitted",
    "Known",
    "Plan",
    "Rule",
    "Source",
    "SourceColumn",
    "Waterfall",
]
