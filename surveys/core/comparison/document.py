"""A comparison as plain JSON types, for ``--json``, the API and downloads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from surveys.core.codebook import as_json
from surveys.core.comparison.cells import CellDifference
from surveys.core.comparison.difference import (
    Comparison,
    Distribution,
    Kind,
    SetPair,
    TextPair,
    VariableDifference,
)


def comparison_document(found: Comparison) -> dict[str, Any]:
    """One list per kind of difference, each entry naming its variable; texts by language as [before, after].

    A count of null is one that may not be told.
    """
    of = found.of_kind
    return {
        "added": list(found.added),
        "removed": list(found.removed),
        "renamed": [
            *(as_json(one) | {"decided": False} for one in found.renamed),
            *(as_json(one) | {"decided": True} for one in found.decided),
        ],
        "renamed_by_decision": [
            {"before": one.before, "after": one.after} for one in found.renamed_by_decision
        ],
        "label_changed": [_named(one) | {"texts": _texts(one.labels)} for one in of(Kind.LABEL)],
        "question_changed": [_named(one) | {"texts": _texts(one.question)} for one in of(Kind.QUESTION)],
        "codes_changed": [_named(one) | _codes(one) for one in of(Kind.CODES)],
        "code_relabelled": [_named(one) | _relabelled(one) for one in of(Kind.CODE_LABEL)],
        "missing_changed": [_named(one) | _missing(one) for one in of(Kind.MISSING)],
        "type_changed": _attributes(found, Kind.TYPE),
        "level_changed": _attributes(found, Kind.LEVEL),
        "universe_changed": _attributes(found, Kind.UNIVERSE),
        "unit_changed": _attributes(found, Kind.UNIT),
        "limits_changed": _attributes(found, Kind.LIMITS),
        "distribution_changed": [
            _named(one) | distribution_document(one.distribution)
            for one in of(Kind.DISTRIBUTION)
            if one.distribution is not None
        ],
        "translations_changed": [
            _named(one) | {"languages": list(one.translations)} for one in of(Kind.TRANSLATION)
        ],
        "sets_changed": [_set(pair) for pair in found.sets],
        "same": list(found.same),
        "is_moved": found.is_moved,
    }


def cells_document(found: CellDifference) -> dict[str, Any]:
    """The difference by key: rows that came and went, and cells that changed, by variable.

    A count of null is one that may not be told.
    """
    if found.problem is not None:
        return {
            "rows_added": None,
            "rows_removed": None,
            "cells_changed": None,
            "key_problem": found.problem.as_json(),
        }
    return {
        "key": found.key,
        "rows_added": found.rows_added,
        "rows_removed": found.rows_removed,
        "cells_changed": {one.name: one.changed for one in found.columns},
        "cells": [as_json(one) | {"from_to": [as_json(move) for move in one.moves]} for one in found.columns],
    }


def distribution_document(one: Distribution) -> dict[str, Any]:
    return {
        "distance": one.distance,
        "rows": list(one.rows),
        "absent": list(one.absent),
        "means": list(one.means),
        "counts": [as_json(pair) | {"before": pair.before, "after": pair.after} for pair in one.counts],
    }


def _named(one: VariableDifference) -> dict[str, Any]:
    return {"variable": one.after}


def _texts(pairs: Iterable[TextPair]) -> dict[str, list[str]]:
    return {pair.language: [pair.before, pair.after] for pair in pairs}


def _codes(one: VariableDifference) -> dict[str, Any]:
    return {"added": as_json(one.codes_added), "removed": as_json(one.codes_removed)}


def _relabelled(one: VariableDifference) -> dict[str, Any]:
    return {"codes": [{"value": code.value, "texts": _texts(code.texts)} for code in one.relabelled]}


def _missing(one: VariableDifference) -> dict[str, Any]:
    return {"rules": [{"before": as_json(pair.before), "after": as_json(pair.after)} for pair in one.missing]}


def _attributes(found: Comparison, kind: Kind) -> list[dict[str, Any]]:
    return [
        _named(one) | {"before": pair.before, "after": pair.after}
        for one in found.of_kind(kind)
        for pair in one.attributes
        if pair.kind is kind
    ]


def _set(pair: SetPair) -> dict[str, Any]:
    return {"name": pair.name, "before": as_json(pair.before), "after": as_json(pair.after)}
