"""Context tables: facts per group (a city's GDP), joined by key and versioned like a wave."""

from __future__ import annotations

from django.db import models

from surveys.models.people import User
from surveys.models.studies import Study


class ContextTable(models.Model):
    study = models.ForeignKey(Study, models.CASCADE, related_name="contexts")
    slug = models.SlugField(max_length=60)
    labels = models.JSONField(default=dict)

    class Meta:
        ordering = ["study", "slug"]
        constraints = [models.UniqueConstraint(fields=["study", "slug"], name="context_slug_in_study")]

    def __str__(self) -> str:
        return f"{self.study.slug}/{self.slug}"


class ContextVersion(models.Model):
    """One immutable state: ``columns[0]`` is the key; ``rows`` are lists in the order of ``columns``."""

    table = models.ForeignKey(ContextTable, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    columns = models.JSONField()  # [{"name": "city", "labels": {...}, "source": "..."}, …]
    rows = models.JSONField()  # [[1101, 19500.6], …]
    note = models.TextField(blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["table", "number"]
        constraints = [models.UniqueConstraint(fields=["table", "number"], name="context_version_number")]

    def __str__(self) -> str:
        return f"{self.table}@{self.number}"
