"""Committed files of the content-addressed store."""

from __future__ import annotations

from django.db import models


class StoredFile(models.Model):
    """A file that lies in the store under its own hash and is named by at least one committed row."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    stored_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256[:12]
