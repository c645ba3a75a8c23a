"""Studies and their waves."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.core.codebook import text_in
from surveys.core.names import in_natural_order
from surveys.models.people import User


class StudyQuerySet(models.QuerySet["Study"]):
    def visible_to(self, user: User) -> StudyQuerySet:
        """Studies this person may see: open ones, and those he or she is a member of."""
        if user.is_superuser:
            return self
        mine = models.Q(memberships__user_id=user.pk) if user.is_authenticated else models.Q(pk__in=[])
        return self.filter(models.Q(is_open=True) | mine).distinct()


class Study(models.Model):
    """A survey programme: its waves, people, languages and vocabulary of missing reasons."""

    slug = models.SlugField(max_length=60, unique=True)
    labels = models.JSONField(default=dict)  # language -> title
    description = models.JSONField(default=dict)  # language -> text
    languages = models.JSONField(default=list)  # ["en", "zh"], first is the default
    missing_reasons = models.JSONField(default=dict)  # code as text -> reason, e.g. {"-1": "refused"}
    label_separator = models.CharField(max_length=10, blank=True)  # splits bilingual labels in files
    citation = models.TextField(blank=True)
    licence = models.CharField(max_length=200, blank=True)
    is_synthetic = models.BooleanField(default=False)
    is_open = models.BooleanField(_("codebook and results are open to everyone"), default=False)
    second_pair_of_eyes = models.BooleanField(
        _("a measure is published by somebody who did not write it"), default=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = StudyQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "studies"

    def __str__(self) -> str:
        return self.slug

    def title(self, language: str = "en") -> str:
        return text_in(self.labels, language) or self.slug


class WaveQuerySet(models.QuerySet["Wave"]):
    def visible_to(self, user: User) -> WaveQuerySet:
        return self.filter(study__in=Study.objects.visible_to(user))


class NaturalOrder(models.CharField):  # type: ignore[type-arg]
    """The slug beside it as it sorts among others, kept in the database, where lists are ordered and cut."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        setattr(model_instance, self.attname, in_natural_order(model_instance.slug))  # type: ignore[attr-defined]
        return super().pre_save(model_instance, add)


class Wave(models.Model):
    """One round of fieldwork, with its key, weight, stratum and PSU variables named."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="waves")
    slug = models.SlugField(max_length=60)
    slug_order = NaturalOrder(max_length=120, default="", editable=False)
    labels = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)
    key = models.CharField(max_length=255, blank=True)
    weight = models.CharField(max_length=255, blank=True)
    stratum = models.CharField(max_length=255, blank=True)
    psu = models.CharField(max_length=255, blank=True)
    is_synthetic = models.BooleanField(default=False)

    objects = WaveQuerySet.as_manager()

    class Meta:
        ordering = ["study", "position", "slug_order", "slug"]
        constraints = [models.UniqueConstraint(fields=["study", "slug"], name="wave_slug_in_study")]

    def __str__(self) -> str:
        return f"{self.study.slug}/{self.slug}"

    @property
    def place(self) -> tuple[int, str, str]:
        """Where it stands among the waves of its study: as the study says, else by its name."""
        return self.position, in_natural_order(self.slug), self.slug

    def title(self, language: str = "en") -> str:
        return text_in(self.labels, language) or self.slug
