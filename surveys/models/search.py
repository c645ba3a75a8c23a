"""What a search looks through, one row for each wave version."""

from __future__ import annotations

from django.db import models

from surveys.models.waves import WaveVersion


class SearchText(models.Model):
    """The texts of a version's codebook, slim and case folded; see ``surveys.core.search``."""

    version = models.OneToOneField(WaveVersion, models.CASCADE, primary_key=True, related_name="search_text")
    grams = models.BinaryField()  # what certainly does not occur below; first, to be read without the texts
    names = models.TextField()
    labels = models.TextField()
    rest = models.TextField()

    def __str__(self) -> str:
        return str(self.version)
