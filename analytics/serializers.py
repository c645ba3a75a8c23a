"""The shape of what the API says about analyses, runs and targets; no rules."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from analytics.core.pasted import MOST_CHARACTERS, read_pasted
from analytics.core.targets import KINDS, PublishedTable
from analytics.models import Analysis, HypothesisRegister, Run, Target, TargetCell
from analytics.selectors import rows_shown_to
from measures.serializers import FreshnessSerializer
from surveys.http import ErratumSerializer
from surveys.models import Study
from surveys.serializers import LabelsField, SentencesField, WrittenField


class AnalysisSerializer(serializers.ModelSerializer[Analysis]):
    study = serializers.SlugRelatedField[Study](slug_field="slug", read_only=True)
    labels = LabelsField()
    spec = serializers.JSONField()

    class Meta:
        model = Analysis
        fields = ("study", "slug", "labels", "spec", "created_at")


class RunBriefSerializer(serializers.ModelSerializer[Run]):
    study = serializers.SlugRelatedField[Study](slug_field="slug", read_only=True)
    analysis = serializers.SlugRelatedField[Analysis](slug_field="slug", read_only=True, allow_null=True)
    version = serializers.CharField(source="subject.__str__", help_text="What it read: mdms/integration@3.")
    n_used = serializers.SerializerMethodField(help_text="Rows used; null where so few are not told.")

    class Meta:
        model = Run
        fields: tuple[str, ...] = ("id", "study", "analysis", "version", "kind", "state", "n_used", "seconds",
                                   "created_at", "withdrawn_because")  # fmt: skip

    def get_n_used(self, run: Run) -> int | None:
        return rows_shown_to(self.context["request"].user, run)


class RunSerializer(RunBriefSerializer):
    spec = serializers.JSONField()
    result = serializers.JSONField(help_text="Estimates, fit, random parts, in the fields of the kind.")
    n_lost = serializers.DictField(child=serializers.IntegerField(), help_text="column: reason -> rows")
    checks = serializers.ListField(child=SentencesField())
    inputs = serializers.DictField(child=serializers.CharField(), help_text="column -> content hash")
    environment = serializers.JSONField()
    withheld = serializers.CharField(help_text="What of the result this person is not told, and why.")
    freshness = FreshnessSerializer()

    class Meta(RunBriefSerializer.Meta):
        fields = (*RunBriefSerializer.Meta.fields, "key", "spec", "result", "n_lost", "checks", "inputs",
                  "environment", "withheld", "freshness")  # fmt: skip


class MadeRunSerializer(RunSerializer):
    """A run that was asked for."""

    reused = serializers.BooleanField(help_text="Whether it was there already: the same was asked before.")

    class Meta(RunSerializer.Meta):
        fields = (*RunSerializer.Meta.fields, "reused")


class NewRunSerializer(serializers.Serializer[Any]):
    """A specification without an analysis, and what it is to be run on."""

    spec = WrittenField(help_text="The specification, in YAML or as an object.")
    dataset = serializers.CharField(
        max_length=200, help_text="A dataset or wave version: mdms/integration@3, or the latest without @3."
    )


class RunAnalysisSerializer(serializers.Serializer[Any]):
    """What a defined analysis is to be run on, where that is not what it says itself."""

    dataset = serializers.CharField(
        max_length=200, default="", allow_blank=True, help_text="As integration@3; else what it reads today."
    )


class DefineAnalysisSerializer(serializers.Serializer[Any]):
    """An analysis of a study; titles that are left out stay as they are."""

    spec = WrittenField(help_text="The specification, in YAML or as an object.")
    labels = serializers.DictField(child=serializers.CharField(), required=False)


class TargetCellSerializer(serializers.ModelSerializer[TargetCell]):
    class Meta:
        model = TargetCell
        fields = ("position", "column", "term", "statistic", "printed", "label")


class TargetBriefSerializer(serializers.ModelSerializer[Target]):
    study = serializers.SlugRelatedField[Study](slug_field="slug", read_only=True)
    labels = LabelsField()
    notes = serializers.JSONField()

    class Meta:
        model = Target
        fields: tuple[str, ...] = ("study", "slug", "labels", "citation", "kind", "notes")


class TargetSerializer(TargetBriefSerializer):
    cells = TargetCellSerializer(many=True)
    errata = ErratumSerializer(many=True, help_text="Corrections that reach runs beside it, run by run.")
    audit = serializers.ListField(
        child=serializers.JSONField(), help_text="What the printed figures say of each other."
    )

    class Meta(TargetBriefSerializer.Meta):
        fields = (*TargetBriefSerializer.Meta.fields, "cells", "audit", "errata")


class ComparisonSerializer(serializers.Serializer[Any]):
    """A run's figures beside the published ones, cell by cell."""

    run = serializers.IntegerField()
    cells = serializers.ListField(child=serializers.JSONField())


class PastedSerializer(serializers.Serializer[Any]):
    """A published table as text: tabs or commas between cells, headings first."""

    text = serializers.CharField(max_length=MOST_CHARACTERS, trim_whitespace=False)
    kind = serializers.ChoiceField(choices=KINDS)
    columns = serializers.CharField(
        required=False, default="", allow_blank=True, help_text="What columns hold, one a line."
    )
    n = serializers.CharField(required=False, default="", allow_blank=True)
    notes = serializers.DictField(required=False, default=dict)

    def table(self) -> PublishedTable:
        """The table as understood; Refused with every problem of it."""
        given = self.validated_data
        return read_pasted(
            given["text"], given["kind"], columns=given["columns"], n=given["n"], notes=given["notes"]
        )


class NewTargetSerializer(PastedSerializer):
    """A published table to keep."""

    slug = serializers.RegexField(r"^[a-z0-9][a-z0-9_/-]*[a-z0-9]$", max_length=80)
    labels = serializers.DictField(child=serializers.CharField(), required=False, default=dict)
    citation = serializers.CharField(required=False, default="", allow_blank=True)


class RegisterSerializer(serializers.ModelSerializer[HypothesisRegister]):
    study = serializers.SlugRelatedField[Study](slug_field="slug", read_only=True)
    labels = LabelsField()
    register = serializers.JSONField()

    class Meta:
        model = HypothesisRegister
        fields = ("study", "slug", "labels", "citation", "register")


class DefineRegisterSerializer(serializers.Serializer[Any]):
    """Hypotheses with term, sign and rule: {level, target, hypotheses: {H1: {text, term, sign, tested}}}."""

    register = serializers.DictField()
    labels = serializers.DictField(child=serializers.CharField(), required=False, default=dict)
    citation = serializers.CharField(required=False, default="", allow_blank=True)


class MappingSerializer(serializers.Serializer[Any]):
    """Column and row of the table -> those of the analysis; an empty name stands for none."""

    columns = serializers.DictField(child=serializers.CharField(allow_blank=True))
    terms = serializers.DictField(child=serializers.CharField(allow_blank=True))
    note = serializers.CharField(required=False, default="", allow_blank=True)
    signed_by = serializers.CharField(read_only=True, allow_null=True)
