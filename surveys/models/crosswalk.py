"""Items: one question as the study means it, and the decisions on which variable carries it in each wave."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.core.codebook import text_in
from surveys.core.said import SAID, restored
from surveys.models.people import User
from surveys.models.studies import Study, Wave


class Item(models.Model):
    """One question as the study means it, whatever each wave calls it."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="items")
    name = models.CharField(max_length=255)
    labels = models.JSONField(default=dict)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["study", "name"]
        constraints = [models.UniqueConstraint(fields=["study", "name"], name="item_name_in_study")]

    def __str__(self) -> str:
        return self.name

    def label(self, language: str = "en") -> str:
        return text_in(self.labels, language) or self.name


class CrosswalkDecision(models.Model):
    """One signed statement: which variable carries an item in a wave, and how its codes map.

    The decisions that stand are the crosswalk; without one, the variable of the item's name carries it.
    Of two on the same item and wave the later one holds.  A decision is undone by a row of its own, and
    then the one before it holds again; none is ever changed or deleted.
    """

    class Status(models.TextChoices):
        COMPLETE = "complete", _("complete")
        PARTIAL = "partial", _("partial")
        IMPOSSIBLE = "impossible", _("impossible")
        UNDETERMINED = "undetermined", _("undetermined")

    class Kind(models.TextChoices):
        SAME = "same", _("the same")
        MAP = "map", _("codes mapped")
        RENAME = "rename", _("renamed")
        NOT_COMPARABLE = "not_comparable", _("not comparable")
        UNDETERMINED = "undetermined", _("left open")
        UNDO = "undo", _("undone")

    item = models.ForeignKey(Item, models.CASCADE, related_name="decisions")
    wave = models.ForeignKey(Wave, models.CASCADE, related_name="decisions")
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.SAME)
    variable = models.CharField(max_length=255, blank=True)
    code_map = models.JSONField(default=list)  # [[source code, harmonised code], …]; empty: as they are
    missing_map = models.JSONField(default=list)  # [[source code, reason], …]: absences beside the declared
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.COMPLETE)
    reason = models.TextField(blank=True)
    said = models.JSONField(null=True, blank=True, editable=False)  # how a reason was made
    note = models.TextField(blank=True)
    since = models.PositiveIntegerField(null=True, blank=True)  # holds from this version of the wave on
    compared = models.CharField(max_length=300, blank=True)  # what was looked at: "mdms/2014@1 mdms/2016@1"
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    held_already = False  # of what was just signed: that it holds already, so nothing was stored

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["wave", "item"], name="decisions_of_a_wave")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="undo", undoes__isnull=False)
                | (~models.Q(kind="undo") & models.Q(undoes__isnull=True)),
                name="an_undo_names_what_it_undoes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} in {self.wave}"

    @property
    def study(self) -> Study:
        return self.item.study

    @property
    def reason_said(self) -> str:
        """The reason, as a sentence that pages can say in their language where it was made here."""
        found: str = restored({"reason": self.reason, SAID: self.said or {}})["reason"]
        return found

    @property
    def touches_missing(self) -> bool:
        """Whether it says of codes that they are absences (or takes back that they are)."""
        return bool(self.missing_map)
