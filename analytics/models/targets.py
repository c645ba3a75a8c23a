"""Published tables, cell by cell, to replicate and to audit."""

from __future__ import annotations

from django.db import models

from surveys.core.codebook import text_in
from surveys.models import Study, User


class TargetQuerySet(models.QuerySet["Target"]):
    def visible_to(self, user: User) -> TargetQuerySet:
        return self.filter(study__in=Study.objects.visible_to(user))


class Target(models.Model):
    """One published table; ``slug`` as in ``fsp_isp_2022/table2``."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="targets")
    slug = models.CharField(max_length=80)
    labels = models.JSONField(default=dict)
    citation = models.TextField(blank=True)
    kind = models.CharField(max_length=20)  # descriptives, models, crosstab
    notes = models.JSONField(default=dict)  # how the table calls its models, its N, its star rule

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ["study", "slug"]
        constraints = [models.UniqueConstraint(fields=["study", "slug"], name="target_slug_in_study")]

    def __str__(self) -> str:
        return f"{self.study.slug}:{self.slug}"

    def title(self, language: str = "en") -> str:
        return text_in(self.labels, language) or self.slug


class TargetCell(models.Model):
    """One printed figure, kept as text so that its decimals are kept."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="cells")
    position = models.PositiveIntegerField()
    column = models.CharField(max_length=60)  # model1, formal, all
    term = models.CharField(max_length=255)  # isp, isp:good_community, loglik, n
    statistic = models.CharField(
        max_length=20
    )  # estimate, se, stars, count, percent, mean, sd, loglik, aic …
    printed = models.CharField(max_length=40)
    label = models.CharField(max_length=255, blank=True)  # as the table prints the row

    class Meta:
        ordering = ["target", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "column", "term", "statistic"], name="one_figure_per_target_cell"
            )
        ]

    def __str__(self) -> str:
        return f"{self.column} {self.term} {self.statistic} = {self.printed}"
