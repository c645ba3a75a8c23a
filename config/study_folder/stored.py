"""From the database to contents: what a study folder would say of a study as it is now."""

from __future__ import annotations

from functools import partial

from django.db.models import QuerySet

from analytics.models import Analysis, Target
from config.study_folder.contents import (
    AnalysisEntry,
    ContextEntry,
    DatasetEntry,
    Decision,
    HypothesesEntry,
    ItemEntry,
    MeasureEntry,
    StudyContents,
    TargetEntry,
    WaveEntry,
    WaveFile,
)
from measures.core.wording import PER_LANGUAGE, Wording
from measures.models import Measure, MeasureVersion
from surveys.core.writing.codebook_json import codebook_text
from surveys.models import ContextVersion, Study, Wave, WaveVersion
from surveys.selectors import context_latest, in_force
from surveys.services.files import path_of

STUDY_FIELDS = (
    "labels",
    "description",
    "languages",
    "missing_reasons",
    "label_separator",
    "citation",
    "licence",
    "is_synthetic",
    "is_open",
    "second_pair_of_eyes",
)
WAVE_FIELDS = ("labels", "position", "is_synthetic", "key", "weight", "stratum", "psu")


def stored_contents(study: Study) -> StudyContents:
    """The contents of ``study``; the caller has asked whether they may be seen."""
    return StudyContents(
        slug=study.slug,
        fields={name: getattr(study, name) for name in STUDY_FIELDS},
        waves=tuple(_wave(wave) for wave in study.waves.all()),
        contexts=tuple(_context(version) for version in context_latest(study).values()),
        items=_items(study),
        measures=tuple(_measure(measure) for measure in _worded(study)),
        datasets=tuple(
            DatasetEntry(d.slug, d.labels, d.description, d.recipe) for d in study.datasets.order_by("slug")
        ),
        analyses=tuple(_analysis(analysis) for analysis in study.analyses.order_by("slug")),
        targets=tuple(_target(target) for target in study.targets.order_by("slug")),
        hypotheses=tuple(
            HypothesesEntry(one.slug, one.labels, one.citation, one.register)
            for one in study.hypotheses.order_by("slug")
        ),
    )


def _wave(wave: Wave) -> WaveEntry:
    files = tuple(
        WaveFile(
            v.original_name,
            path_of(v.original),
            v.options.get("encoding", ""),
            v.note,
            sheet=v.options.get("sheet", ""),
            header_rows=v.options.get("header_rows"),
            codebook_text=partial(_codebook_text, v),
        )
        for v in wave.versions.select_related("original").order_by("number")
    )
    return WaveEntry(wave.slug, {name: getattr(wave, name) for name in WAVE_FIELDS}, files)


def _codebook_text(version: WaveVersion) -> str:
    return codebook_text(version.codebook(), version.options.get("read_as", ()))


def _context(version: ContextVersion) -> ContextEntry:
    return ContextEntry(version.table.slug, version.table.labels, version.note, version.columns, version.rows)


def _items(study: Study) -> tuple[ItemEntry, ...]:
    """The items with the decisions that hold; what was decided before and taken back is not said."""
    decided: dict[str, list[Decision]] = {}
    for (name, wave), standing in sorted(in_force(study).items()):
        decided.setdefault(name, []).extend(
            Decision(
                wave, one.variable, one.code_map, one.status, one.reason, one.missing_map, one.note, one.since
            )
            for one in standing
        )
    return tuple(
        ItemEntry(item.name, item.labels, item.note, tuple(decided.get(item.name, ())))
        for item in study.items.order_by("name")
    )


def _worded(study: Study) -> QuerySet[Measure]:
    """The measures that say something: one whose only draft was discarded has no rule to write."""
    return study.measures.filter(versions__isnull=False).distinct().order_by("name")


def _measure(measure: Measure) -> MeasureEntry:
    """Retired versions too: a recipe may name a version by its number."""
    numbered = list(measure.versions.exclude(state=MeasureVersion.State.DRAFT).order_by("number"))
    versions = tuple(_wording(version) for version in numbered)
    retired = {
        place: version.retired_because or "not said"
        for place, version in enumerate(numbered)
        if version.state == MeasureVersion.State.RETIRED
    }
    draft = measure.draft
    return MeasureEntry(
        measure.name, measure.told_concept, versions, _wording(draft) if draft else None, retired
    )


def _wording(version: MeasureVersion) -> dict[str, object]:
    """Definition and universe per language where they are told so."""
    plain = {name: getattr(version, name) for name in Wording.names() if name != "texts"}
    return plain | {name: version.told(name) for name in PER_LANGUAGE}


def _analysis(analysis: Analysis) -> AnalysisEntry:
    return AnalysisEntry(analysis.slug, analysis.labels, analysis.spec)


def _target(target: Target) -> TargetEntry:
    names = ("column", "term", "statistic", "printed", "label")
    cells = [{name: getattr(cell, name) for name in names} for cell in target.cells.all()]
    return TargetEntry(target.slug, target.labels, target.citation, target.kind, target.notes, cells)
