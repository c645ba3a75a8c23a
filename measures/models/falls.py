"""Why rows of a derived column are absent, counted once and kept beside it."""

from __future__ import annotations

from django.db import models

from measures.models.datasets import DerivedColumn


class ColumnFalls(models.Model):
    """From rows to valid rows; ``falls`` hold the rows that are absent for one reason by one cause."""

    derived = models.OneToOneField(DerivedColumn, models.CASCADE, primary_key=True, related_name="falls")
    falls = models.JSONField()  # [{"reason", "kind", "name", "zh", "rows"}, …]: measures.core.engine.Fall
    counted_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.derived)
