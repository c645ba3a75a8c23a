"""Figures of indices, made once."""

from __future__ import annotations

from django.db import models


class IndexFigures(models.Model):
    """What one pass over a wave gave: the same key never needs another.

    ``key`` is taken over the rule as the wave is read, the grouping item, the engine's semantics and the
    arithmetic.
    """

    key = models.CharField(max_length=64, primary_key=True)
    figures = models.JSONField()  # as measures.core.indices.gathering makes them
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key[:12]
