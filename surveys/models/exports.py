"""Files written for other programs, kept so that the same download is written once."""

from __future__ import annotations

from django.db import models

from surveys.models.files import StoredFile


class Export(models.Model):
    """One version in one format and language; ``key`` is taken over all that decides the bytes.

    Rights are not asked here: whoever hands the file out has asked the policy before.
    """

    key = models.CharField(max_length=64, primary_key=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    codebook = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+"
    )  # of a CSV
    format = models.CharField(max_length=10)
    language = models.CharField(max_length=12)
    rows = models.PositiveIntegerField()
    variables = models.PositiveIntegerField()
    losses = models.JSONField(default=list)  # [{"variable", "what", "why"}, …]
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.format} {self.key[:12]}"
