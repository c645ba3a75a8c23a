"""An index's report as plain types, as commands and the API tell it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from measures.core.indices.figures import weight_of
from measures.core.indices.form import Path
from measures.core.indices.reading import Index
from measures.services.indices import IndexReport, IndexRows


def document(report: IndexReport) -> dict[str, Any]:
    """The make-up of the index, and its figures per wave; components by their names."""
    return {
        "measure_version": f"{report.version.measure.study.slug}/{report.version}",
        "by": report.by,
        "rows": [_rows(one) for one in report.rows],
        "left_out": [{"wave_version": str(one.version), "why": str(one.why)} for one in report.left_out],
    }


def made_up(index: Index, at: Path = (), whole: Index | None = None) -> dict[str, Any]:
    """How an index is put together, down to its attributes."""
    whole = whole or index
    return {
        "function": index.kind,
        "at_least": index.at_least,
        "cutoff": index.cutoff or None,
        "components": [
            {
                "name": one.name,
                "labels": dict(one.labels),
                "given_weight": index.weights[place],
                "weight_in_index": weight_of(whole.form, (*at, place)),
                "normalisation": one.normalisation or None,
                "among": one.among or None,
                "index": made_up(one.inside, (*at, place), whole) if one.inside else None,
            }
            for place, one in enumerate(index.components)
        ],
    }


def _rows(rows: IndexRows) -> dict[str, Any]:
    index = rows.index
    told: dict[str, Any] = {
        "wave_version": str(rows.wave),
        "unit": rows.unit.name if rows.unit else None,
        "is_whole_rule": index.is_whole,
        "index": made_up(index),
    }
    if rows.figures is None:
        return told | {"why": str(rows.why)}
    figures = dict(rows.figures)
    figures["components"] = [_named(index, one) for one in figures["components"]]
    figures["alternatives"] = [_named(index, one) for one in figures["alternatives"]]
    if figures["counting"]:
        dimensions = [_named(index, one) for one in figures["counting"]["dimensions"]]
        figures["counting"] = {**figures["counting"], "dimensions": dimensions}
    return {**told, **figures, **_groups(rows)}


def _named(index: Index, one: Mapping[str, Any]) -> dict[str, Any]:
    path: Path = tuple(one["path"])
    plain = {name: str(value) if isinstance(value, str) else value for name, value in one.items()}
    return {"component": index.at(path).name if path else None, **plain}


def _groups(rows: IndexRows) -> dict[str, Any]:
    if rows.groups is None:
        return {"by_group": None, "why_no_groups": str(rows.why_no_groups)} if rows.why_no_groups else {}
    labels = rows.group_labels or {}
    groups = [{**one, "labels": dict(labels.get(one["group"], {}))} for one in rows.groups["groups"]]
    return {"by_group": {**rows.groups, "groups": groups}}
