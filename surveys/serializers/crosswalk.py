"""The shape of what the API says and takes about items and decisions; no rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from surveys.models import CrosswalkDecision, Study, Wave
from surveys.selectors.items import Cell, Line
from surveys.serializers.fields import LabelsField


class DecisionSerializer(serializers.ModelSerializer[CrosswalkDecision]):
    """A signed decision: which variable carries an item in a wave, and how comparable that is."""

    study = serializers.CharField(source="item.study.slug")
    item = serializers.CharField(source="item.name")
    wave = serializers.CharField(source="wave.slug")
    kind = serializers.CharField(help_text="same, map, rename, not_comparable, undetermined or undo")
    status = serializers.CharField(help_text="complete, partial, impossible or undetermined")
    code_map = serializers.ListField(
        child=serializers.JSONField(), help_text="[source code, harmonised code]"
    )
    missing_map = serializers.ListField(child=serializers.JSONField(), help_text="[source code, reason]")
    decided_by = serializers.CharField(source="decided_by.get_username")
    undone_by = serializers.SerializerMethodField(help_text="The number of the row that takes it back.")

    class Meta:
        model = CrosswalkDecision
        fields = ("id", "study", "item", "wave", "kind", "status", "reason", "variable", "code_map",
                  "missing_map", "since", "note", "compared", "undoes", "undone_by", "decided_by",
                  "decided_at")  # fmt: skip

    def get_undone_by(self, decision: CrosswalkDecision) -> int | None:
        row = getattr(decision, "undone_by", None)
        return row.pk if row is not None else None


class PairField(serializers.ListField):
    """A code and what it becomes."""

    child = serializers.JSONField(allow_null=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=2, max_length=2, **kwargs)


class NewDecisionSerializer(serializers.Serializer[Any]):
    """What is decided about a row of a comparison."""

    before = serializers.CharField(help_text="The version the item is taken from, as in mdms/2014@1.")
    after = serializers.CharField(help_text="The version in whose wave it is decided what carries it.")
    item = serializers.CharField(max_length=255)
    kind = serializers.CharField(help_text="same, map, rename, not_comparable or undetermined")
    variable = serializers.CharField(default="", max_length=255)
    code_map = serializers.ListField(child=PairField(), default=list)
    missing_map = serializers.ListField(child=PairField(), default=list)
    new_codes = serializers.ListField(
        child=serializers.JSONField(),
        default=list,
        help_text="Codes that code_map gives the item and that it has in no wave yet.",
    )
    reason = serializers.CharField(default="", allow_blank=True, max_length=2000)
    note = serializers.CharField(default="", allow_blank=True, max_length=2000)
    partial = serializers.BooleanField(
        default=False, help_text="Comparable only in part, for the reason given; kept when codes are mapped."
    )


class UndoSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(default="", allow_blank=True, max_length=2000)


class ItemInWaveSerializer(serializers.Serializer[Any]):
    """An item in one wave: what carries it there, and the decision that says so, where there is one."""

    status = serializers.CharField(
        help_text="complete, partial, impossible, undetermined, same_name, other_item, absent or no_data"
    )
    wave_version = serializers.CharField(allow_null=True, help_text="The wave's latest, as in mdms/2016@1.")
    variable = serializers.CharField()
    reason = serializers.CharField()
    decision = serializers.IntegerField(allow_null=True, help_text="Its number, as in /decisions/7/.")
    decided_by = serializers.CharField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    code_map = serializers.ListField(
        child=serializers.JSONField(), help_text="[source code, harmonised code]"
    )
    missing_map = serializers.ListField(child=serializers.JSONField(), help_text="[source code, reason]")


class ItemSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    labels = LabelsField()
    waves = serializers.DictField(child=ItemInWaveSerializer(), help_text="By the name of the wave.")


class GridSerializer(serializers.Serializer[Any]):
    """Items over the waves of a study."""

    study = serializers.CharField()
    waves = serializers.ListField(child=serializers.CharField())
    items = ItemSerializer(many=True)


def grid_document(study: Study, waves: Iterable[Wave], lines: Iterable[Line]) -> dict[str, Any]:
    """Items over the waves as plain types."""
    return {
        "study": study.slug,
        "waves": [wave.slug for wave in waves],
        "items": [
            {
                "name": line.name,
                "labels": dict(line.labels),
                "waves": {cell.wave.slug: _cell(cell) for cell in line.cells},
            }
            for line in lines
        ],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    decision = cell.decision
    return {
        "status": cell.status,
        "wave_version": str(cell.version) if cell.version else None,
        "variable": cell.variable,
        "reason": decision.reason if decision else "",
        "decision": decision.pk if decision else None,
        "decided_by": decision.decided_by.get_username() if decision else None,
        "decided_at": decision.decided_at if decision else None,
        "code_map": decision.code_map if decision else [],
        "missing_map": decision.missing_map if decision else [],
    }
