"""Wave versions and their variables: immutable once committed."""

from __future__ import annotations

from typing import Any

from django.db import models

from surveys.core.codebook import Codebook, ResponseSet, text_in, variable_from_json
from surveys.core.codebook import Variable as CodebookVariable
from surveys.models.files import StoredFile
from surveys.models.people import User
from surveys.models.studies import Study, Wave


class WaveVersionQuerySet(models.QuerySet["WaveVersion"]):
    def visible_to(self, user: User) -> WaveVersionQuerySet:
        return self.filter(wave__study__in=Study.objects.visible_to(user))


class WaveVersion(models.Model):
    """One imported, immutable state of a wave; printed as ``mdms/2014@1``."""

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    codebook_hash = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    columns = models.PositiveIntegerField()
    data = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")  # Parquet, see surveys.core.table
    original = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")  # exactly as uploaded
    original_name = models.CharField(max_length=255)
    format = models.CharField(max_length=12)
    encoding = models.CharField(max_length=40, blank=True)
    file_labels = models.JSONField(default=dict)
    file_notes = models.JSONField(default=list)
    weight = models.CharField(max_length=255, blank=True)
    sets = models.JSONField(default=list)  # multiple-response sets
    findings = models.JSONField(default=list)
    options = models.JSONField(default=dict)  # how it was read, so that it can be read again
    note = models.TextField(blank=True)
    is_synthetic = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WaveVersionQuerySet.as_manager()

    class Meta:
        ordering = ["wave", "number"]
        constraints = [
            models.UniqueConstraint(fields=["wave", "number"], name="wave_version_number"),
            models.CheckConstraint(
                condition=models.Q(number__gte=1, rows__gte=1, columns__gte=1), name="wave_version_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wave}@{self.number}"

    @property
    def study(self) -> Study:
        return self.wave.study

    @property
    def short(self) -> str:
        """The name within its study, as in ``2014@1``."""
        return f"{self.wave.slug}@{self.number}"

    @property
    def response_sets(self) -> tuple[ResponseSet, ...]:
        return tuple(ResponseSet(**{**s, "variables": tuple(s["variables"])}) for s in self.sets)

    def codebook(self) -> Codebook:
        """The codebook as the cores know it; variables in file order."""
        return Codebook(
            variables=tuple(variable.as_core() for variable in self.variables.all()),
            sets=self.response_sets,
            labels=self.file_labels,
            notes=tuple(self.file_notes),
            weight=self.weight,
        )


class Variable(models.Model):
    """One variable of one wave version, with its frequencies counted at import."""

    version = models.ForeignKey(WaveVersion, models.CASCADE, related_name="variables")
    position = models.PositiveIntegerField()  # 0-based; column ``c{position}`` of the Parquet file
    name = models.CharField(max_length=255)
    labels = models.JSONField(default=dict)
    type = models.CharField(max_length=10)
    codebook = models.JSONField(default=dict)  # the whole surveys.core.codebook.Variable
    column_hash = models.CharField(max_length=64)
    has_tags = models.BooleanField(default=False)  # tagged missings stand in column ``t{position}``
    frequencies = models.JSONField(default=dict)  # surveys.core.frequencies

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "name"], name="variable_name_in_version"),
            models.UniqueConstraint(fields=["version", "position"], name="variable_position_in_version"),
        ]

    def __str__(self) -> str:
        return self.name

    def as_core(self) -> CodebookVariable:
        return variable_from_json(self.codebook)

    def label(self, language: str = "en") -> str:
        return text_in(self.labels, language) or self.name

    @property
    def values(self) -> list[dict[str, Any]]:
        return list(self.codebook.get("codes", []))
