"""Long work as rows: the truth about a job is here, a broker is only the doorbell."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surveys.models.people import User
from surveys.models.studies import Study


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> JobQuerySet:
        """One's own jobs, and those of the studies one may see."""
        if user.is_superuser:
            return self
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(created_by_id=user.pk) | Q(study__memberships__user_id=user.pk)).distinct()


class Job(models.Model):
    """One piece of long work: who asked for it, how far it is, what came out."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    kind = models.CharField(max_length=40)
    idempotency_key = models.CharField(max_length=128)
    study = models.ForeignKey(Study, models.CASCADE, null=True, blank=True, related_name="jobs")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="jobs")
    created_at = models.DateTimeField(auto_now_add=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    cancel_asked = models.BooleanField(default=False)
    progress = models.FloatField(default=0.0)  # share done, 0 to 1
    log = models.TextField(blank=True)
    result = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    result_url = models.CharField(max_length=300, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["idempotency_key"],
                condition=Q(state="queued"),
                name="one_queued_job_per_key",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False), name="running_jobs_hold_a_lease"
            ),
            models.CheckConstraint(
                condition=Q(progress__gte=0) & Q(progress__lte=1), name="progress_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk} ({self.state})"
