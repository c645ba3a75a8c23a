"""How the items of scales are answered together, counted once."""

from __future__ import annotations

from django.db import models


class JointAnswers(models.Model):
    """What one pass over a wave counted: the same key never needs counting again.

    ``key`` is taken over the items as the wave is read, the grouping item and the engine's semantics.
    """

    key = models.CharField(max_length=64, primary_key=True)
    counts = models.JSONField()  # [[group or null, …engine.joint.Joint], …], or "too_many_groups"
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key[:12]
