"""Reads of the measures room; split by subject."""

from measures.core.freshness import Freshness
from measures.selectors.errata import (
    AffectedDataset,
    datasets_affected,
    errata_of,
    reached_in_column,
    reached_in_dataset,
)
from measures.selectors.holding import column_freshness, version_freshness
from measures.selectors.impact import TouchedDataset, datasets_touched, resting_on
from measures.selectors.overview import columns_reading, datasets_standing, versions_made_of
from measures.selectors.resolving import resolve_dataset
from measures.selectors.scopes import one_look, published_measures, study_wave_versions, waves_at_rest
from measures.selectors.staleness import causes_since, current_column_hashes, current_columns, freshness
from measures.selectors.trying import sessions_kept
from measures.selectors.versions import (
    dataset_named,
    dataset_version_named,
    lineage,
    measure_named,
    published_with,
    read_columns,
)

__all__ = [
    "AffectedDataset",
    "Freshness",
    "TouchedDataset",
    "causes_since",
    "column_freshness",
    "columns_reading",
    "current_column_hashes",
    "current_columns",
    "dataset_named",
    "dataset_version_named",
    "datasets_affected",
    "datasets_standing",
    "datasets_touched",
    "errata_of",
    "freshness",
    "lineage",
    "measure_named",
    "one_look",
    "published_measures",
    "published_with",
    "reached_in_column",
    "reached_in_dataset",
    "read_columns",
    "resolve_dataset",
    "resting_on",
    "sessions_kept",
    "study_wave_versions",
    "version_freshness",
    "versions_made_of",
    "waves_at_rest",
]
