"""Hypotheses of a work, and how a published table is laid beside an analysis."""

from __future__ import annotations

from django.db import models

from analytics.models.runs import Analysis
from analytics.models.targets import Target
from surveys.core.codebook import text_in
from surveys.models import Study, User


class HypothesisRegister(models.Model):
    """The hypotheses of one work, with the rule by which they are supported."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="hypotheses")
    slug = models.SlugField(max_length=60)
    labels = models.JSONField(default=dict)
    citation = models.TextField(blank=True)
    register = models.JSONField()  # analytics.core.hypotheses.read_register

    class Meta:
        ordering = ["study", "slug"]
        constraints = [models.UniqueConstraint(fields=["study", "slug"], name="hypotheses_slug_in_study")]

    def __str__(self) -> str:
        return f"{self.study.slug}/{self.slug}"

    def title(self, language: str = "en") -> str:
        return text_in(self.labels, language) or self.slug


class TargetMapping(models.Model):
    """Who said which rows and columns of an analysis those of a table stand for; the newest holds."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="mappings")
    analysis = models.ForeignKey(Analysis, models.CASCADE, related_name="mappings")
    columns = models.JSONField(default=dict)
    terms = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.target} beside {self.analysis}"
