"""The shape of what the API says about measures and datasets; no rules."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from measures.models import Dataset, DatasetColumn, DatasetVersion, Measure, MeasureVersion
from surveys.models import Study
from surveys.serializers import CodebookVariableSerializer, FrequenciesSerializer, LabelsField


class FreshnessSerializer(serializers.Serializer[Any]):
    """Whether what was built still holds, and what changed if not."""

    state = serializers.CharField(help_text="fresh, stale or blocked")
    causes = serializers.ListField(child=serializers.CharField())
    next_step = serializers.CharField(source="step", help_text="What to do next; empty when fresh.")
    remarks = serializers.ListField(
        child=serializers.CharField(), help_text="Words that were changed since; no answer is another."
    )


class MeasureVersionSerializer(serializers.ModelSerializer[MeasureVersion]):
    name = serializers.CharField(source="__str__")
    state = serializers.CharField(help_text="draft, published or retired")
    labels = LabelsField()
    texts = serializers.DictField(child=LabelsField(), help_text="Definition and universe by language.")
    value_labels = serializers.ListField(child=serializers.JSONField())
    examples = serializers.ListField(child=serializers.JSONField())

    class Meta:
        model = MeasureVersion
        fields = ("name", "number", "state", "rule", "fingerprint", "labels", "value_labels", "definition",
                  "citation", "universe", "texts", "level", "unit", "sign", "examples", "note",
                  "published_at")  # fmt: skip


class RuleTextSerializer(serializers.Serializer[Any]):
    """A rule in the syntax of another program."""

    measure_version = serializers.CharField()
    wave_version = serializers.CharField(help_text="The wave it reads.")
    tongue = serializers.CharField(help_text="spss, stata, r or python")
    text = serializers.CharField()


class ScalesSerializer(serializers.Serializer[Any]):
    """What the scales of a measure are like, wave by wave."""

    scales = serializers.ListField(
        child=serializers.JSONField(),
        help_text="Items, figures per wave and group, congruences, drift and warnings of each scale.",
    )


class MeasureSerializer(serializers.ModelSerializer[Measure]):
    study = serializers.SlugRelatedField[Study](slug_field="slug", read_only=True)
    concepts = LabelsField()
    versions = MeasureVersionSerializer(many=True, source="shown", read_only=True)

    class Meta:
        model = Measure
        fields = ("study", "name", "concept", "concepts", "versions")


class DatasetVersionBriefSerializer(serializers.ModelSerializer[DatasetVersion]):
    name = serializers.CharField(source="__str__")

    class Meta:
        model = DatasetVersion
        fields = ("name", "number", "content_hash", "rows", "is_synthetic", "note", "created_at")


class DatasetSerializer(serializers.ModelSerializer[Dataset]):
    study = serializers.SlugRelatedField[Study](slug_field="slug", read_only=True)
    labels = LabelsField()
    description = LabelsField()
    recipe = serializers.JSONField()
    versions = DatasetVersionBriefSerializer(many=True)

    class Meta:
        model = Dataset
        fields: tuple[str, ...] = ("study", "slug", "labels", "description", "recipe", "versions")


class DatasetWithFreshnessSerializer(DatasetSerializer):
    freshness = FreshnessSerializer()

    class Meta(DatasetSerializer.Meta):
        fields = (*DatasetSerializer.Meta.fields, "freshness")


class DatasetColumnSerializer(serializers.ModelSerializer[DatasetColumn]):
    kind = serializers.CharField(help_text="key, item or measure")
    measure_version = serializers.StringRelatedField[MeasureVersion](allow_null=True)
    codebook = CodebookVariableSerializer()
    hash = serializers.CharField(source="derived.content_hash")
    tally = serializers.DictField(source="derived.tally", child=serializers.IntegerField())

    class Meta:
        model = DatasetColumn
        fields: tuple[str, ...] = ("position", "name", "kind", "measure_version", "codebook", "hash", "tally")


class ColumnFrequenciesSerializer(FrequenciesSerializer):
    """Counts made when the column was computed; values told as of a wave's variable."""

    def counted(self, instance: Any) -> Any:
        return instance.derived.frequencies


class DatasetColumnWithLineageSerializer(DatasetColumnSerializer):
    frequencies = ColumnFrequenciesSerializer(source="*")
    fitted = serializers.JSONField(
        help_text="Groups of fewer than ten rows only where data may be downloaded."
    )
    lineage = serializers.JSONField(help_text="Down to wave version, source variables and rule versions.")

    class Meta(DatasetColumnSerializer.Meta):
        fields = (*DatasetColumnSerializer.Meta.fields, "frequencies", "fitted", "lineage")


class DatasetVersionSerializer(DatasetVersionBriefSerializer):
    study = serializers.CharField(source="dataset.study.slug")
    dataset = serializers.CharField(source="dataset.slug")
    recipe = serializers.JSONField()
    rows_left_out = serializers.DictField(child=serializers.IntegerField())
    wave_versions = serializers.StringRelatedField[Any](many=True)
    environment = serializers.JSONField()
    columns = DatasetColumnSerializer(many=True)

    class Meta:
        model = DatasetVersion
        fields = (*DatasetVersionBriefSerializer.Meta.fields, "study", "dataset", "recipe", "rows_left_out",
                  "wave_versions", "environment", "columns")  # fmt: skip
