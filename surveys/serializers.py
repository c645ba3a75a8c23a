"""The shape of what the API says about studies, waves, variables and jobs; no rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from surveys.core.disclosure import disclosed
from surveys.core.said import without_sources
from surveys.models import ApiToken, CrosswalkDecision, Job, Study, Variable, Wave, WaveVersion
from surveys.selectors.items import Cell, Line


class LabelsField(serializers.DictField):
    """Texts by language: ``{"en": "Sex", "zh": "性别"}``."""

    child = serializers.CharField()


class StudySerializer(serializers.ModelSerializer[Study]):
    labels = LabelsField()
    description = LabelsField()
    languages = serializers.ListField(child=serializers.CharField())
    missing_reasons = LabelsField()

    class Meta:
        model = Study
        fields = ("slug", "labels", "description", "languages", "missing_reasons", "citation", "licence",
                  "is_synthetic", "is_open")  # fmt: skip


class WaveVersionBriefSerializer(serializers.ModelSerializer[WaveVersion]):
    name = serializers.CharField(source="__str__")

    class Meta:
        model = WaveVersion
        fields = ("name", "number", "content_hash", "codebook_hash", "rows", "columns", "is_synthetic",
                  "note", "created_at")  # fmt: skip


class WaveSerializer(serializers.ModelSerializer[Wave]):
    study = serializers.SlugRelatedField[Study](slug_field="slug", read_only=True)
    labels = LabelsField()
    versions = WaveVersionBriefSerializer(many=True)

    class Meta:
        model = Wave
        fields = ("study", "slug", "labels", "position", "key", "weight", "stratum", "psu", "is_synthetic",
                  "versions")  # fmt: skip


class FindingSerializer(serializers.Serializer[Any]):
    severity = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    variable = serializers.CharField(required=False)


class ResponseSetSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.CharField()
    variables = serializers.ListField(child=serializers.CharField())
    labels = LabelsField(required=False)
    counted_value = serializers.JSONField(required=False)


class WaveVersionSerializer(WaveVersionBriefSerializer):
    study = serializers.CharField(source="wave.study.slug")
    wave = serializers.CharField(source="wave.slug")
    sets = ResponseSetSerializer(many=True)
    findings = FindingSerializer(many=True)
    file_labels = LabelsField()
    file_notes = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = WaveVersion
        fields = (*WaveVersionBriefSerializer.Meta.fields, "study", "wave", "original_name", "format",
                  "encoding", "file_labels", "file_notes", "weight", "sets", "findings")  # fmt: skip


class CodeSerializer(serializers.Serializer[Any]):
    value = serializers.JSONField()
    labels = LabelsField(required=False)


class MissingRuleSerializer(serializers.Serializer[Any]):
    """Which cells are absences: one value, one range or one tag."""

    reason = serializers.CharField()
    value = serializers.JSONField(required=False)
    low = serializers.FloatField(required=False)
    high = serializers.FloatField(required=False)
    tag = serializers.CharField(required=False)
    labels = LabelsField(required=False)


class CodebookVariableSerializer(serializers.Serializer[Any]):
    """One variable as the codebook describes it; empty fields are left out."""

    name = serializers.CharField()
    type = serializers.CharField(help_text="integer, decimal, text, date, datetime or time")
    labels = LabelsField(required=False)
    question = LabelsField(required=False)
    universe = serializers.CharField(required=False)
    level = serializers.CharField(required=False)
    role = serializers.CharField(required=False)
    codes = CodeSerializer(many=True, required=False)
    missing = MissingRuleSerializer(many=True, required=False)
    format = serializers.CharField(required=False)
    unit = serializers.CharField(required=False)
    group = serializers.CharField(required=False)
    note = serializers.CharField(required=False)


class FrequenciesSerializer(serializers.Serializer[Any]):
    """Counts made at import: ``values`` as [value, n], ``missing_codes`` as [code, n, reason].

    Values without a label are listed where ten rows share them; ``withheld`` says whether others exist.
    """

    n = serializers.IntegerField()
    valid = serializers.IntegerField()
    absent = serializers.DictField(child=serializers.IntegerField(), required=False)
    missing_codes = serializers.ListField(child=serializers.JSONField(), required=False)
    values = serializers.ListField(child=serializers.JSONField(), required=False)
    distinct = serializers.IntegerField(required=False)
    stats = serializers.DictField(child=serializers.FloatField(allow_null=True), required=False)
    histogram = serializers.ListField(child=serializers.JSONField(), required=False)
    withheld = serializers.BooleanField(required=False)

    def to_representation(self, instance: Any) -> Any:
        """Of a stored variable (or column): what may be told of its counts."""
        return super().to_representation(disclosed(instance.as_core(), self.counted(instance)))

    def counted(self, instance: Any) -> Any:
        """What was counted of a variable or column."""
        return instance.frequencies


class VariableSerializer(serializers.ModelSerializer[Variable]):
    wave_version = serializers.CharField(source="version.__str__")
    codebook = CodebookVariableSerializer()
    frequencies = FrequenciesSerializer(source="*")
    hash = serializers.CharField(source="column_hash")

    class Meta:
        model = Variable
        fields = ("wave_version", "position", "name", "codebook", "frequencies", "hash")


class FoundVariableSerializer(serializers.ModelSerializer[Variable]):
    wave_version = serializers.CharField(source="version.__str__")
    labels = LabelsField()

    class Meta:
        model = Variable
        fields = ("wave_version", "name", "labels", "type")


class SentencesField(serializers.JSONField):
    """Stored problems and checks as programs read them: English, without the sources of the sentences."""

    def to_representation(self, value: Any) -> Any:
        return without_sources(value)


class JobSerializer(serializers.ModelSerializer[Job]):
    study = serializers.SlugRelatedField[Study](slug_field="slug", read_only=True)
    state = serializers.CharField(help_text="queued, running, done, failed or cancelled")
    result = serializers.JSONField()
    problems = serializers.ListField(child=SentencesField())

    class Meta:
        model = Job
        fields = ("id", "kind", "study", "state", "progress", "attempts", "cancel_asked", "log", "result",
                  "result_url", "problems", "created_at", "finished_at")  # fmt: skip


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    expires_at = serializers.DateTimeField(source="token.expiry", read_only=True)

    class Meta:
        model = ApiToken
        fields = ("id", "name", "created_at", "expires_at", "last_used_at")
        read_only_fields = ("created_at", "last_used_at")


class NewTokenSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    days = serializers.IntegerField(default=90, min_value=1, max_value=366)


class MadeTokenSerializer(TokenSerializer):
    """The only time the secret is told."""

    secret = serializers.CharField()

    class Meta(TokenSerializer.Meta):
        fields = (*TokenSerializer.Meta.fields, "secret")


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
    reason = serializers.CharField(default="", allow_blank=True, max_length=2000)
    note = serializers.CharField(default="", allow_blank=True, max_length=2000)


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
