"""Reads of the surveys room; split by subject."""

from surveys.selectors.between import Between, between
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
)
from surveys.selectors.named import (
    Reference,
    context_latest,
    job_with,
    latest_version,
    one_named,
    reference,
    search_variables,
    studies_where,
    study_named,
    variable_named,
    wave_named,
    wave_version_named,
)

__all__ = [
    "Between",
    "Binding",
    "Reference",
    "between",
    "bindings",
    "context_latest",
    "decided_since",
    "decision_in_words",
    "decision_named",
    "history",
    "in_force",
    "in_force_in",
    "item_named",
    "job_with",
    "latest_version",
    "one_named",
    "reference",
    "search_variables",
    "studies_where",
    "study_named",
    "variable_named",
    "wave_named",
    "wave_version_named",
]
