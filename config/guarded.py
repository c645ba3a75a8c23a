"""What the database itself refuses to change, to delete or to add to."""

from __future__ import annotations

from config.guard import Guard

_CORRECTED = "Import the corrected file or codebook as the next version of the wave."
_REBUILT = "Change the recipe or the rule and build the dataset again: that makes the next version."

# a version is written first and says how many rows will be its own; they are numbered from 0, each once
_FULL = (
    'NEW."position" >= '
    'COALESCE((SELECT made."{held}" FROM {table} AS made WHERE made.id = NEW.version_id), 0)'
)


def _has(table: str, column: str, key: str = "id", of: str = "") -> str:
    """That rows of ``table`` hang on the old row; that are of ``of`` in SQL, where it is said."""
    return f"EXISTS (SELECT 1 FROM {table} AS made WHERE made.{column} = OLD.{key}{of})"


_PUBLISHED = _has("measures_measureversion", "measure_id", of=" AND made.state <> 'draft'")
_OF_STUDY = " OR ".join(
    (
        "EXISTS (SELECT 1 FROM surveys_waveversion AS made JOIN surveys_wave AS there "
        "ON there.id = made.wave_id WHERE there.study_id = OLD.id)",
        "EXISTS (SELECT 1 FROM measures_measureversion AS made JOIN measures_measure AS there "
        "ON there.id = made.measure_id WHERE there.study_id = OLD.id AND made.state <> 'draft')",
        "EXISTS (SELECT 1 FROM measures_datasetversion AS made JOIN measures_dataset AS there "
        "ON there.id = made.dataset_id WHERE there.study_id = OLD.id)",
        _has("analytics_run", "study_id"),
    )
)

GUARDS = (
    Guard(
        "surveys.Study",
        "The name of a study is immutable once something is committed in it, and the study stays.",
        "Make a study of the other name beside it.",
        held=("id", "slug"),
        when=_OF_STUDY,
        stays=True,
    ),
    Guard(
        "surveys.Wave",
        "The name and the study of a wave are immutable once a version of it is committed, and it stays.",
        "Import the file into a wave of the other name.",
        held=("id", "slug", "study_id"),
        when=_has("surveys_waveversion", "wave_id"),
        stays=True,
    ),
    Guard(
        "measures.Measure",
        "The name and the study of a measure are immutable once a version of it is published, and it stays.",
        "Publish the rule as a measure of the other name, and retire this one's versions.",
        held=("id", "name", "study_id"),
        when=_PUBLISHED,
        stays=True,
    ),
    Guard(
        "measures.Dataset",
        "The name and the study of a dataset are immutable once a version of it is committed, and it stays.",
        "Define a dataset of the other name.",
        held=("id", "slug", "study_id"),
        when=_has("measures_datasetversion", "dataset_id"),
        stays=True,
    ),
    Guard(
        "surveys.ContextTable",
        "The name and the study of a context table are immutable once a version of it is committed, "
        "and it stays.",
        "Save a context table of the other name.",
        held=("id", "slug", "study_id"),
        when=_has("surveys_contextversion", "table_id"),
        stays=True,
    ),
    Guard("surveys.WaveVersion", "A wave version is immutable once it is committed.", _CORRECTED, stays=True),
    Guard(
        "surveys.Variable",
        "A variable of a wave version is immutable once it is committed.",
        _CORRECTED,
        stays=True,
        complete=_FULL.format(held="columns", table="surveys_waveversion"),
    ),
    Guard(
        "surveys.StoredFile",
        "A stored file is immutable once it is committed.",
        "Store the other content as a file of its own.",
    ),
    Guard(
        "surveys.ContextVersion",
        "A version of a context table is immutable once it is committed.",
        "Save the next version.",
        stays=True,
    ),
    Guard(
        "surveys.CrosswalkDecision",
        "A signed decision is immutable once it is committed.",
        "Undo it, or sign another one: the later one holds.",
        stays=True,
    ),
    Guard(
        "surveys.AuditEntry",
        "The audit trail is immutable once it is committed.",
        "What was done stays told; do what is needed, and that is told as well.",
        free=("study_id",),
        marked="NEW.study_id IS NOT NULL",
        stays=True,
    ),
    Guard(
        "measures.MeasureVersion",
        "A published measure version is immutable once it is committed.",
        "Publish the next version of the measure, or retire this one.",
        free=("state", "retired_because"),
        when="OLD.state <> 'draft'",
        marked="OLD.state = 'retired' OR (OLD.state = 'published' AND NEW.state <> 'retired')",
        stays=True,
    ),
    Guard(
        "measures.Proposal",
        "What was proposed to a second pair of eyes is immutable once it is committed.",
        "Propose the draft anew.",
        free=("state", "note", "decided_by_id", "decided_at", "version_id"),
        marked="OLD.state = 'approved' OR (OLD.state <> 'waiting' AND (NEW.version_id IS NOT NULL "
        "OR NEW.state <> OLD.state OR NEW.note <> OLD.note OR NEW.decided_by_id <> OLD.decided_by_id))",
        stays=True,
    ),
    Guard(
        "measures.DerivedColumn",
        "A derived column is immutable once it is committed.",
        _REBUILT,
        stays=True,
        stays_when=_has("measures_datasetcolumn", "derived_id", key="key"),
    ),
    Guard("measures.Transition", "What was counted once is immutable once it is committed.", _REBUILT),
    Guard("measures.ColumnFalls", "What a column counts is immutable once it is committed.", _REBUILT),
    Guard(
        "measures.DatasetVersion",
        "A dataset version is immutable once it is committed.",
        _REBUILT,
        stays=True,
    ),
    Guard(
        "measures.DatasetVersion.wave_versions",
        "What a dataset version was made of is immutable once it is committed.",
        _REBUILT,
        stays=True,
        complete="EXISTS (SELECT 1 FROM measures_datasetcolumn AS made "
        "WHERE made.version_id = NEW.datasetversion_id)",
    ),
    Guard(
        "measures.DatasetColumn",
        "A column of a dataset version is immutable once it is committed.",
        _REBUILT,
        stays=True,
        complete=_FULL.format(held="width", table="measures_datasetversion"),
    ),
    Guard(
        "analytics.Run",
        "The run of an analysis is immutable once it is committed.",
        "Run the analysis again, or withdraw this run with the reason.",
        free=("withdrawn_because",),
        marked="OLD.withdrawn_because <> ''",
        stays=True,
    ),
    Guard(
        "analytics.TargetCell",
        "A printed figure is immutable once it is committed.",
        "Save the target anew with its cells.",
    ),
)
