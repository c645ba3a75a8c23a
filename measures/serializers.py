"""The shape of what the API says about measures and datasets; no rules."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from measures.models import Dataset, DatasetColumn, DatasetVersion, Measure, MeasureVersion, Proposal
from measures.policy import hinders
from surveys.core.said import without_sources
from surveys.http import ErratumSerializer, ExportSerializer
from surveys.models import Study
from surveys.serializers import (
    CodebookVariableSerializer,
    FrequenciesSerializer,
    LabelsField,
    SentencesField,
    WrittenField,
)


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


class MeasureComparisonSerializer(serializers.Serializer[Any]):
    """What differs between two versions of a measure."""

    before = serializers.CharField()
    after = serializers.CharField()
    rule = serializers.ListField(
        child=serializers.JSONField(),
        help_text="Lines of the rule's tree: sign (+, -, blank), depth, text.",
    )
    said = serializers.ListField(
        child=serializers.JSONField(),
        help_text="Labels, texts and examples that differ: field, key, before, after.",
    )
    coverage = serializers.ListField(
        child=serializers.JSONField(), help_text="Codes and absences of which something else becomes."
    )
    waves_with_coverage = serializers.ListField(child=serializers.CharField())
    values = serializers.ListField(
        child=serializers.JSONField(),
        help_text="Wave by wave: rows, changed, from_to [value, reason, value, reason, rows]; null where a "
        "large wave was not counted yet.",
    )


class PublishSerializer(serializers.Serializer[Any]):
    acknowledge_changes = serializers.BooleanField(
        default=False,
        help_text="You have seen how many rows change and which waves are lost against the version in force.",
    )


class ApproveSerializer(PublishSerializer):
    note = serializers.CharField(default="", allow_blank=True, max_length=2000)


class SendBackSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(
        default="", allow_blank=True, max_length=2000, help_text="What should be changed first; needed."
    )


class PublishedSerializer(serializers.Serializer[Any]):
    """What became of a draft."""

    measure_version = serializers.CharField(help_text="As in mdms/fsp@2; mdms/fsp@draft while it waits.")
    fingerprint = serializers.CharField(allow_blank=True)
    is_new = serializers.BooleanField(help_text="Whether a version was published.")
    changed_rows = serializers.IntegerField()
    lost_waves = serializers.ListField(child=serializers.CharField())
    coverage = serializers.ListField(
        child=serializers.JSONField(), help_text="What becomes of every code and absence, on the newest wave."
    )
    waits_for = serializers.CharField(allow_null=True, help_text="What it waits for, in words.")
    proposal = serializers.IntegerField(allow_null=True, help_text="What waits, as in /proposals/7/.")


class ProposalBriefSerializer(serializers.ModelSerializer[Proposal]):
    """A draft that was laid before a second pair of eyes."""

    study = serializers.CharField(source="measure.study.slug")
    measure = serializers.CharField(source="measure.name")
    state = serializers.CharField(help_text="waiting, approved, sent_back or withdrawn")
    version = serializers.SerializerMethodField(help_text="As in fsp@2 once it is published, else null.")
    proposed_by = serializers.CharField(source="proposed_by.get_username")
    decided_by = serializers.SerializerMethodField()

    class Meta:
        model = Proposal
        fields: tuple[str, ...] = ("id", "study", "measure", "state", "version", "changed_rows",
                                   "proposed_by", "proposed_at", "decided_by", "decided_at",
                                   "note")  # fmt: skip

    def get_version(self, proposal: Proposal) -> str | None:
        return str(proposal.version) if proposal.version and proposal.version.number else None

    def get_decided_by(self, proposal: Proposal) -> str | None:
        return proposal.decided_by.get_username() if proposal.decided_by else None


class ProposalSerializer(ProposalBriefSerializer):
    wording = serializers.JSONField(help_text="Rule, labels, texts and examples, as proposed.")
    report = SentencesField(
        help_text="What was seen: by wave tally, coverage and rows that change; lost waves."
    )
    difference = serializers.JSONField(
        allow_null=True, help_text="From the version in force: rule, texts, coverage; null where none was."
    )
    hinders = serializers.SerializerMethodField(help_text="Why you may not decide on it; empty if you may.")

    class Meta(ProposalBriefSerializer.Meta):
        fields = (*ProposalBriefSerializer.Meta.fields, "wording", "report", "difference", "hinders")

    def get_hinders(self, proposal: Proposal) -> str:
        return hinders(self.context["request"].user, proposal)


class IndexSerializer(serializers.Serializer[Any]):
    """The index of a measure, wave by wave."""

    measure_version = serializers.CharField()
    by = serializers.CharField(allow_blank=True, help_text="The item whose groups are compared.")
    rows = serializers.ListField(
        child=serializers.DictField(),
        help_text="Make-up, figures of the components, decomposition, groups and other choices of each wave.",
    )
    left_out = serializers.ListField(child=serializers.DictField(), help_text="Waves, and why.")


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


class DefineDatasetSerializer(serializers.Serializer[Any]):
    """A dataset of a study; labels and description that are left out stay as they are."""

    recipe = WrittenField(help_text="wave, where, measures, items and key, in YAML or as an object.")
    labels = serializers.DictField(child=serializers.CharField(), required=False)
    description = serializers.DictField(child=serializers.CharField(), required=False)


class BuildSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(
        default="", allow_blank=True, max_length=2000, help_text="What the version is for."
    )


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
    errata = ErratumSerializer(many=True, help_text="Corrections since that reach it.")
    freshness = FreshnessSerializer(help_text="Whether it would come out, and be read, as it is.")
    fitted = serializers.JSONField(
        help_text="Groups of fewer than ten rows only where data may be downloaded."
    )
    lineage = serializers.JSONField(help_text="Down to wave version, source variables and rule versions.")
    waterfall = serializers.JSONField(
        allow_null=True,
        help_text="Of a measure: rows, valid rows, and the rows that are absent by reason and by the "
        "item that caused it; causes of fewer than ten rows only where data may be downloaded. "
        "Null where it was not counted yet.",
    )

    class Meta(DatasetColumnSerializer.Meta):
        fields = (*DatasetColumnSerializer.Meta.fields, "frequencies", "fitted", "lineage", "waterfall",
                  "errata", "freshness")  # fmt: skip


class DatasetVersionSerializer(DatasetVersionBriefSerializer):
    study = serializers.CharField(source="dataset.study.slug")
    dataset = serializers.CharField(source="dataset.slug")
    recipe = serializers.JSONField()
    rows_left_out = serializers.DictField(child=serializers.IntegerField())
    wave_versions = serializers.StringRelatedField[Any](many=True)
    environment = serializers.JSONField()
    warnings = serializers.SerializerMethodField(
        help_text="Of its build: codes without an outcome in a wave that a measure was not proved on."
    )
    data_hash = serializers.CharField(help_text="Over names, values and absences; of a file: check_file.")
    columns = DatasetColumnSerializer(many=True)
    errata = ErratumSerializer(many=True, help_text="Corrections since of the waves it was made of.")
    freshness = FreshnessSerializer(help_text="Of a version that was replaced: stale, by which.")

    class Meta:
        model = DatasetVersion
        fields = (*DatasetVersionBriefSerializer.Meta.fields, "data_hash", "study", "dataset", "recipe",
                  "rows_left_out", "wave_versions", "environment", "warnings", "columns",
                  "errata", "freshness")  # fmt: skip

    def get_warnings(self, version: DatasetVersion) -> list[dict[str, Any]]:
        return [without_sources(one) for one in version.warnings]


class DatasetExportSerializer(ExportSerializer):
    freshness = FreshnessSerializer(help_text="Of the version.")
