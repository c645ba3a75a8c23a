"""Items: one question as the study means it, and the variable that carries it in each wave."""

from __future__ import annotations

from django.db import models

from surveys.core.codebook import text_in
from surveys.models.people import User
from surveys.models.studies import Study, Wave


class Item(models.Model):
    """One question as the study means it, whatever each wave calls it."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="items")
    name = models.CharField(max_length=255)
    labels = models.JSONField(default=dict)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["study", "name"]
        constraints = [models.UniqueConstraint(fields=["study", "name"], name="item_name_in_study")]

    def __str__(self) -> str:
        return self.name

    def label(self, language: str = "en") -> str:
        return text_in(self.labels, language) or self.name


class CrosswalkEntry(models.Model):
    """Which variable carries an item in a wave, and how its codes map; without an entry the name does."""

    class Status(models.TextChoices):
        COMPLETE = "complete"
        PARTIAL = "partial"
        IMPOSSIBLE = "impossible"
        UNDETERMINED = "undetermined"

    item = models.ForeignKey(Item, models.CASCADE, related_name="entries")
    wave = models.ForeignKey(Wave, models.CASCADE, related_name="crosswalk")
    variable = models.CharField(max_length=255, blank=True)
    code_map = models.JSONField(default=list)  # [[source code, harmonised code], …]; empty: as they are
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.COMPLETE)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "wave"], name="one_entry_per_item_and_wave")]

    def __str__(self) -> str:
        return f"{self.item} in {self.wave}"
