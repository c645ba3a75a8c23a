"""The shape of what the API says about studies, waves and variables; no rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from surveys.core.disclosure import disclosed
from surveys.http import ErratumSerializer
from surveys.models import Study, Variable, Wave, WaveVersion
from surveys.serializers.fields import LabelsField
from surveys.services.reached import Reached, reached_in, variables_reached
from surveys.services.superseded import Superseded, untold_to
from surveys.services.told_findings import findings_shown_to


class StudySerializer(serializers.ModelSerializer[Study]):
    labels = LabelsField()
    description = LabelsField()
    languages = serializers.ListField(child=serializers.CharField())
    missing_reasons = LabelsField()

    class Meta:
        model = Study
        fields = ("slug", "labels", "description", "languages", "missing_reasons", "citation", "licence",
                  "is_synthetic", "is_open", "second_pair_of_eyes")  # fmt: skip


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
    findings = serializers.SerializerMethodField(help_text="Which rows is told to who may have the data.")
    file_labels = LabelsField()
    file_notes = serializers.ListField(child=serializers.CharField())
    errata = serializers.SerializerMethodField(help_text="How it was corrected since; empty when in force.")

    class Meta:
        model = WaveVersion
        fields = (*WaveVersionBriefSerializer.Meta.fields, "study", "wave", "original_name", "format",
                  "encoding", "file_labels", "file_notes", "weight", "sets", "findings",
                  "errata")  # fmt: skip

    @extend_schema_field(FindingSerializer(many=True))
    def get_findings(self, version: WaveVersion) -> Any:
        shown = findings_shown_to(self.context["request"].user, version)
        return FindingSerializer(shown, many=True, context=self.context).data

    @extend_schema_field(ErratumSerializer(many=True))
    def get_errata(self, version: WaveVersion) -> Any:
        return ErratumSerializer(reached_in(version), many=True, context=self.context).data


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


class LimitsSerializer(serializers.Serializer[Any]):
    """The range of valid values: ``low`` and ``high`` belong to it, ``above`` and ``below`` do not."""

    low = serializers.JSONField(required=False)
    high = serializers.JSONField(required=False)
    above = serializers.JSONField(required=False)
    below = serializers.JSONField(required=False)


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
    limits = LimitsSerializer(required=False)


UNTOLD = "Of a version that was corrected since: null but to those who may download the data."


class FrequenciesSerializer(serializers.Serializer[Any]):
    """Counts made at import: ``values`` as [value, n], ``missing_codes`` as [code, n, reason].

    Values without a label are listed where ten rows share them; ``withheld`` says whether others exist.
    """

    n = serializers.IntegerField()
    valid = serializers.IntegerField()
    absent = serializers.DictField(child=serializers.IntegerField(), required=False)
    missing_codes = serializers.ListField(child=serializers.JSONField(), required=False)
    values = serializers.ListField(child=serializers.JSONField(), required=False)
    chosen = serializers.ListField(
        child=serializers.JSONField(),
        required=False,
        help_text="Of a text that holds several answers: [code, rows that chose it]; values is empty then.",
    )
    distinct = serializers.IntegerField(required=False)
    stats = serializers.DictField(child=serializers.FloatField(allow_null=True), required=False)
    histogram = serializers.ListField(child=serializers.JSONField(), required=False)
    withheld = serializers.BooleanField(required=False)

    def to_representation(self, instance: Any) -> Any:
        """Of a stored variable (or column): what may be told of its counts; null where it was corrected."""
        if self.withheld_because(instance):
            return None
        told = disclosed(instance.as_core(), self.counted(instance))
        if "chosen" in told:  # a text with several answers: its cells are lists of codes, not codes
            told = {**told, "values": []}
        return super().to_representation(told)

    def counted(self, instance: Any) -> Any:
        """What was counted of a variable or column."""
        return instance.frequencies

    def withheld_because(self, instance: Any) -> str:
        """Why nothing of it is told to this person; nothing where it is."""
        return why_untold(self.context, instance)


def why_untold(context: dict[str, Any], variable: Variable) -> str:
    """Why the counts of a variable are not told to this person, looked up once for a whole list."""
    kept: dict[int, Superseded] = context.setdefault("untold", {})
    if variable.version_id not in kept:
        kept[variable.version_id] = untold_to(context["request"].user, variable.version)
    return kept[variable.version_id].why(variable.name)


class VariableSerializer(serializers.ModelSerializer[Variable]):
    wave_version = serializers.CharField(source="version.__str__")
    codebook = CodebookVariableSerializer()
    frequencies = FrequenciesSerializer(source="*", allow_null=True, help_text=UNTOLD)
    withheld = serializers.SerializerMethodField(help_text="Why frequencies are null; else empty.")
    hash = serializers.CharField(source="column_hash")
    errata = serializers.SerializerMethodField(help_text="How it was corrected since; empty where it stands.")

    class Meta:
        model = Variable
        fields = ("wave_version", "position", "name", "codebook", "frequencies", "withheld", "hash", "errata")

    def get_withheld(self, variable: Variable) -> str:
        return why_untold(self.context, variable)

    @extend_schema_field(ErratumSerializer(many=True))
    def get_errata(self, variable: Variable) -> Any:
        found = self._reached(variable).get(variable.name)
        return ErratumSerializer([found] if found else [], many=True, context=self.context).data

    def _reached(self, variable: Variable) -> Mapping[str, Reached]:
        """Of all variables of the version, looked up once for a whole list."""
        kept: dict[int, Mapping[str, Reached]] = self.context.setdefault("reached", {})
        if variable.version_id not in kept:
            names = variable.version.variables.values_list("name", flat=True)
            user = self.context["request"].user
            kept[variable.version_id] = variables_reached(user, variable.version, names)
        return kept[variable.version_id]


class FoundVariableSerializer(serializers.ModelSerializer[Variable]):
    wave_version = serializers.CharField(source="version.__str__")
    labels = LabelsField()

    class Meta:
        model = Variable
        fields = ("wave_version", "name", "labels", "type")
