"""Two rules side by side on a wave, counted once and kept."""

from __future__ import annotations

from django.db import models


class Transition(models.Model):
    """From which value to which the rows of a wave move between two columns.

    ``key`` is taken over the keys of both columns: what they depend on, and nothing else.
    """

    key = models.CharField(max_length=64, primary_key=True)
    changes = models.JSONField()  # measures.core.transitions.Changes
    counted_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key[:12]
