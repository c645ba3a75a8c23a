"""Measures, datasets and analyses: one YAML file each, checked as far as they can be without data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from analytics.core.fields import Fields
from analytics.core.hypotheses import read_register
from analytics.core.kinds import read_spec
from config.study_folder.contents import (
    WORDING_DEFAULTS,
    AnalysisEntry,
    DatasetEntry,
    HypothesesEntry,
    MeasureEntry,
    plain,
)
from config.study_folder.fields import block, listed_blocks, texts, told
from config.study_folder.files import Source
from measures.core.language import parse
from measures.core.recipe import read_recipe
from measures.core.wording import PER_LANGUAGE, read_wording

Wording = dict[str, Any]


def measures(source: Source) -> tuple[MeasureEntry, ...]:
    """``measures/NAME.yaml``: a wording, or ``versions`` of one, and perhaps a ``draft``.

    ``versions`` and ``draft`` say only what differs: versions from the fields of the file, the draft from
    the last version.
    """
    entries = [_measure(source, path) for path in source.listed("measures")]
    return tuple(entry for entry in entries if entry is not None)


def _measure(source: Source, path: Path) -> MeasureEntry | None:
    fields = source.fields(path)
    if fields is None:
        return None
    shared = {**WORDING_DEFAULTS, **_wording(fields)}
    listed = [(fields.text("retired").strip(), shared)] if shared["rule"] else []
    listed = [
        (one.text("retired").strip(), shared | _finished(one)) for one in listed_blocks(fields, "versions")
    ] or listed
    versions = [wording for _, wording in listed]
    drafted = block(fields, "draft")
    draft = (versions[-1] if versions else shared) | _finished(drafted) if drafted else None
    concept = told(fields, "concept")
    fields.finish()
    if not versions and draft is None:
        fields.wrong("rule", "The measure has no rule.", code="missing_field", hint="Write rule: q_sex == 1")
        return None
    for wording in [*versions, draft] if draft else versions:
        with source.collecting(path):
            read_wording(path.stem, **wording)
            parse(wording["rule"])
    retired = {place: reason for place, (reason, _) in enumerate(listed) if reason}
    return MeasureEntry(path.stem, concept, tuple(versions), draft, retired)


def _finished(fields: Fields) -> Wording:
    wording = _wording(fields)
    fields.finish()
    return wording


def _wording(fields: Fields) -> Wording:
    """The fields of a wording that are given."""
    found = {name: _field(fields, name) for name in WORDING_DEFAULTS}
    return {name: value for name, value in found.items() if name in fields.data}


def _field(fields: Fields, name: str) -> Any:
    if name in PER_LANGUAGE:
        return told(fields, name)
    if name == "labels":
        return texts(fields, name)
    if name in ("value_labels", "examples"):
        return [dict(one.data) for one in listed_blocks(fields, name)]
    return fields.text(name).strip()


def datasets(source: Source) -> tuple[DatasetEntry, ...]:
    """``datasets/NAME.yaml``: labels, description and the recipe."""
    entries = []
    for path in source.listed("datasets"):
        fields = source.fields(path)
        if fields is None:
            continue
        recipe = fields.mapping("recipe")
        entry = DatasetEntry(path.stem, texts(fields, "labels"), texts(fields, "description"), recipe)
        fields.finish()
        with source.collecting(path):
            entries.append(_with_recipe(entry, read_recipe(recipe, "recipe").as_json()))
    return tuple(entries)


def _with_recipe(entry: DatasetEntry, recipe: dict[str, Any]) -> DatasetEntry:
    return DatasetEntry(entry.slug, entry.labels, entry.description, recipe)


def analyses(source: Source) -> tuple[AnalysisEntry, ...]:
    """``analyses/NAME.yaml``: labels and the specification."""
    entries = []
    for path in source.listed("analyses"):
        fields = source.fields(path)
        if fields is None:
            continue
        labels, spec = texts(fields, "labels"), plain(fields.mapping("spec"))
        fields.finish()
        with source.collecting(path):
            read_spec(spec)
            entries.append(AnalysisEntry(path.stem, labels, spec))
    return tuple(entries)


def hypotheses(source: Source) -> tuple[HypothesesEntry, ...]:
    """``hypotheses/NAME.yaml``: labels, citation, and the hypotheses with their rule."""
    found = [_hypotheses(source, path) for path in source.listed("hypotheses")]
    return tuple(entry for entry in found if entry is not None)


def _hypotheses(source: Source, path: Path) -> HypothesesEntry | None:
    fields = source.fields(path)
    if fields is None:
        return None
    labels, citation = texts(fields, "labels"), fields.text("citation").strip()
    register = plain(
        {name: value for name, value in fields.data.items() if name not in ("labels", "citation")}
    )
    with source.collecting(path):
        read_register(register)
    return HypothesesEntry(path.stem, labels, citation, register)
