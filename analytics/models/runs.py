"""Analyses and their runs: what was asked, of which dataset version, and what came out."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from measures.models import DatasetVersion
from surveys.core.codebook import text_in
from surveys.models import Study, User, WaveVersion


class AnalysisQuerySet(models.QuerySet["Analysis"]):
    def visible_to(self, user: User) -> AnalysisQuerySet:
        return self.filter(study__in=Study.objects.visible_to(user))


class Analysis(models.Model):
    """A specification: what is wanted, apart from how and on which version it is computed."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="analyses")
    slug = models.SlugField(max_length=60)
    labels = models.JSONField(default=dict)
    spec = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AnalysisQuerySet.as_manager()

    class Meta:
        ordering = ["study", "slug"]
        verbose_name_plural = "analyses"
        constraints = [models.UniqueConstraint(fields=["study", "slug"], name="analysis_slug_in_study")]

    def __str__(self) -> str:
        return f"{self.study.slug}/{self.slug}"

    def title(self, language: str = "en") -> str:
        return text_in(self.labels, language) or self.slug


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, user: User) -> RunQuerySet:
        return self.filter(study__in=Study.objects.visible_to(user))


class Run(models.Model):
    """One execution of a specification against one dataset version (or wave version); immutable.

    It may be withdrawn: then the row stays, and nobody is shown its numbers.  ``withheld`` is no column: it
    says of a copy made for one person what is missing in it.
    """

    withheld: str = ""

    study = models.ForeignKey(Study, models.PROTECT, related_name="runs")
    analysis = models.ForeignKey(Analysis, models.PROTECT, null=True, blank=True, related_name="runs")
    dataset_version = models.ForeignKey(
        DatasetVersion, models.PROTECT, null=True, blank=True, related_name="runs"
    )
    wave_version = models.ForeignKey(WaveVersion, models.PROTECT, null=True, blank=True, related_name="runs")
    key = models.CharField(max_length=64, db_index=True)  # specification, hashes of columns read, estimators
    kind = models.CharField(max_length=30)
    spec = models.JSONField()
    state = models.CharField(max_length=10, default="done")  # done, or failed with the reason in checks
    result = models.JSONField(default=dict)  # analytics.core.results
    n_used = models.PositiveIntegerField(null=True)
    n_lost = models.JSONField(default=dict)  # {"column: reason": rows}
    checks = models.JSONField(default=list)
    inputs = models.JSONField(default=dict)  # {column: content hash}
    environment = models.JSONField(default=dict)
    seconds = models.FloatField(default=0.0)
    withdrawn_because = models.TextField(default="", blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(dataset_version__isnull=False, wave_version__isnull=True)
                | Q(dataset_version__isnull=True, wave_version__isnull=False),
                name="a_run_reads_one_version",
            ),
            # a null is distinct from every null, so runs without an analysis need constraints of their own
            models.UniqueConstraint(
                fields=["key", "dataset_version", "analysis"],
                condition=Q(dataset_version__isnull=False, analysis__isnull=False),
                name="identical_runs_are_reused",
            ),
            models.UniqueConstraint(
                fields=["key", "wave_version", "analysis"],
                condition=Q(wave_version__isnull=False, analysis__isnull=False),
                name="identical_wave_runs_are_reused",
            ),
            models.UniqueConstraint(
                fields=["key", "dataset_version"],
                condition=Q(dataset_version__isnull=False, analysis__isnull=True),
                name="identical_loose_runs_are_reused",
            ),
            models.UniqueConstraint(
                fields=["key", "wave_version"],
                condition=Q(wave_version__isnull=False, analysis__isnull=True),
                name="identical_loose_wave_runs_are_reused",
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.analysis or self.kind}"

    @property
    def subject(self) -> DatasetVersion | WaveVersion:
        version = self.dataset_version or self.wave_version
        assert version is not None
        return version
