"""Reads of the surveys room; split by subject."""

from surveys.selectors.crosswalk import (
    Binding,
    bindings,
    decided_since,
    decision_in_words,
    decision_named,
    history,
    in_force,
    in_force_in,
    item_named,
    items_carried,
)
from surveys.selectors.named import (
    Reference,
    context_latest,
    latest_version,
    reference,
    search_variables,
    studies_where,
    study_named,
    variable_named,
    wave_named,
    wave_version_named,
)

__all__ = [
    "Binding",
    "Reference",
    "bindings",
    "context_latest",
    "decided_since",
    "decision_in_words",
    "decision_named",
    "history",
    "in_force",
    "in_force_in",
    "item_named",
    "items_carried",
    "latest_version",
    "reference",
    "search_variables",
    "studies_where",
    "study_named",
    "variable_named",
    "wave_named",
    "wave_version_named",
]
