"""Measures and the frozen wordings of their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from surveys.core.codebook import text_in
from surveys.models import Study, User

if TYPE_CHECKING:
    from measures.models.proposals import Proposal


class MeasureQuerySet(models.QuerySet["Measure"]):
    def visible_to(self, user: User) -> MeasureQuerySet:
        return self.filter(study__in=Study.objects.visible_to(user))


class Measure(models.Model):
    """A construct: what is measured, apart from how its rule words it."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="measures")
    name = models.CharField(max_length=60)  # an identifier: letters, digits, underscore
    concept = models.CharField(max_length=200, blank=True)
    concepts = models.JSONField(default=dict, blank=True)  # language -> text; empty: language not known
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        ordering = ["study", "name"]
        constraints = [models.UniqueConstraint(fields=["study", "name"], name="measure_name_in_study")]

    def __str__(self) -> str:
        return f"{self.study.slug}/{self.name}"

    @property
    def told_concept(self) -> str | dict[str, str]:
        """The concept per language, or the plain text of one whose language is not known."""
        return self.concepts or self.concept

    @property
    def published(self) -> MeasureVersion | None:
        """The version in force: the highest published number."""
        return self.versions.filter(state=MeasureVersion.State.PUBLISHED).order_by("-number").first()

    @property
    def draft(self) -> MeasureVersion | None:
        return self.versions.filter(state=MeasureVersion.State.DRAFT).first()

    @property
    def latest_proposal(self) -> Proposal | None:
        """What was last proposed, whatever became of it; None where nothing ever was."""
        return self.proposals.select_related("proposed_by", "decided_by").first()


class MeasureVersion(models.Model):
    """One wording of a rule: a draft until it is published, immutable from then on; ``fsp@2``."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(null=True, blank=True)  # given at publishing
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    rule = models.TextField(_("rule"))
    labels = models.JSONField(default=dict, blank=True)
    value_labels = models.JSONField(default=list, blank=True)  # [{"value": 1, "labels": {"en": …}}, …]
    definition = models.TextField(blank=True)
    citation = models.TextField(blank=True)
    universe = models.TextField(blank=True)
    level = models.CharField(max_length=10, default="unknown")
    texts = models.JSONField(default=dict, blank=True)  # {"definition": {"en": …, "zh": …}}: see told()
    unit = models.CharField(max_length=40, blank=True)
    sign = models.TextField(blank=True)  # the sign convention in words
    examples = models.JSONField(default=list, blank=True)  # [{"given": {item: value}, "then": value}, …]
    note = models.TextField(blank=True)  # what changed and why
    retired_because = models.TextField(blank=True)  # said when it is retired
    fingerprint = models.CharField(max_length=64, blank=True)  # of the parsed rule, not of its spelling
    report = models.JSONField(default=dict, blank=True)  # coverage and changed rows, seen at publishing
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["measure", "number"]
        constraints = [
            models.UniqueConstraint(fields=["measure", "number"], name="measure_version_number"),
            models.UniqueConstraint(
                fields=["measure"], condition=Q(state="draft"), name="one_draft_per_measure"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", number__isnull=True)
                | Q(
                    state__in=["published", "retired"],
                    number__isnull=False,
                    published_by__isnull=False,
                    published_at__isnull=False,
                )
                & ~Q(fingerprint=""),
                name="published_means_signed",
            ),
            models.CheckConstraint(  # SHA-256 in hex; numbers count from 1
                condition=Q(state="draft") | Q(Exact(Length("fingerprint"), 64)) & Q(number__gte=1),
                name="published_means_fingerprinted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure.name}@{self.number or 'draft'}"

    def told(self, name: str) -> str | dict[str, str]:
        """The definition or universe per language, or the plain text of one whose language is not known."""
        return self.texts.get(name) or getattr(self, name)

    def label(self, language: str = "en") -> str:
        return text_in(self.labels, language) or self.measure.name
