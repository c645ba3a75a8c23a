"""People, what they may do in a study, and what they did."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person with an account; rights in a study come from :class:`Membership`."""


class Membership(models.Model):
    """One person's role in one study; microdata download is a right of its own."""

    class Role(models.TextChoices):
        READER = "reader", _("Reader")
        RESEARCHER = "researcher", _("Researcher")
        MANAGER = "manager", _("Data manager")

    study = models.ForeignKey("surveys.Study", models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.READER)
    microdata = models.BooleanField(_("may download microdata"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "user"], name="one_membership_per_study")]

    def __str__(self) -> str:
        return f"{self.user} · {self.study} · {self.get_role_display()}"


class AuditEntry(models.Model):
    """Who did what to which object; written in the same transaction as the change itself."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=60, db_index=True)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=80)
    object_label = models.CharField(max_length=200)
    study = models.ForeignKey("surveys.Study", models.SET_NULL, null=True, blank=True, related_name="audit")
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.object_label}"
