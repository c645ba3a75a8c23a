"""Drafts that wait for a second pair of eyes, and what was decided about them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from measures.models.rules import Measure, MeasureVersion
from surveys.models import Study, User


class Proposal(models.Model):
    """A draft as it was proposed: somebody who wrote none of it publishes it, or sends it back.

    ``version`` is the draft, and the same row once it is published; it is gone where the draft was thrown
    away.  ``wording`` and ``report`` are what was proposed and what was seen then.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for a second pair of eyes")
        APPROVED = "approved", _("Approved")
        SENT_BACK = "sent_back", _("Sent back")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="proposals")
    version = models.ForeignKey(
        MeasureVersion, models.SET_NULL, null=True, blank=True, related_name="proposals"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    wording = models.JSONField()  # measures.core.wording.Wording
    report = models.JSONField(default=dict)  # as MeasureVersion.report
    changed_rows = models.PositiveBigIntegerField(default=0)
    authors = models.JSONField(default=list)  # keys of the people who wrote or proposed it
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)  # why it was sent back, or what is said about it

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure"], condition=Q(state="waiting"), name="one_waiting_proposal_per_measure"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by__isnull=True, decided_at__isnull=True)
                | Q(~Q(state="waiting"), decided_by__isnull=False, decided_at__isnull=False),
                name="a_decided_proposal_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "sent_back"]) | ~Q(decided_by=F("proposed_by")),
                name="nobody_decides_on_his_own_proposal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure.name}: {self.state}"

    @property
    def study(self) -> Study:
        return self.measure.study
