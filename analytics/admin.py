"""Analyses to define, runs and targets to look at: the rights of the study decide."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from analytics.forms import AnalysisForm
from analytics.models import Analysis, Run, Target
from analytics.policy import may_define
from analytics.services.analyses import define_analysis
from surveys.http.listing import LabelSearch, VisibleStudies
from surveys.models import Study


class SeenByStaff(ModelAdmin):  # type: ignore[misc]
    """Everybody on the staff sees what belongs to studies he or she may see; nothing is deleted here."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found: QuerySet[Any] = self.model.objects.visible_to(request.user).select_related("study")
        return found


@admin.register(Analysis)
class AnalysisAdmin(LabelSearch, SeenByStaff):
    """Specifications as YAML; saving goes through the service, which checks and records it."""

    form = AnalysisForm
    list_display = ("__str__", "study", "kind")
    list_filter = (("study", VisibleStudies),)
    search_fields = ("slug", "labels")
    fields = ("study", "slug", "label_en", "label_zh", "spec")

    def kind(self, analysis: Analysis) -> str:
        return str(analysis.spec.get("kind", ""))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request) and bool(_studies(request))

    def has_change_permission(self, request: HttpRequest, obj: Analysis | None = None) -> bool:
        return self.has_module_permission(request) and (obj is None or may_define(request.user, obj.study))

    def get_readonly_fields(self, request: HttpRequest, obj: Analysis | None = None) -> tuple[str, ...]:
        return ("study", "slug") if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "study":
            kwargs["queryset"] = Study.objects.filter(pk__in=[study.pk for study in _studies(request)])
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Analysis, form: Any, change: bool) -> None:
        given = form.cleaned_data["spec"]
        saved = define_analysis(request.user, obj.study, obj.slug, spec=given, labels=form.labels())
        obj.pk = saved.pk


class Frozen(SeenByStaff):
    """What never changes: to be looked at only."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [field.name for field in self.model._meta.get_fields() if isinstance(field, models.Field)]


@admin.register(Run)
class RunAdmin(Frozen):
    list_display = ("__str__", "study", "kind", "state", "n_used", "created_by", "created_at")
    list_filter = (("study", VisibleStudies), "kind", "state")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        found: QuerySet[Run] = super().get_queryset(request).select_related("analysis__study", "created_by")
        return found


@admin.register(Target)
class TargetAdmin(Frozen):
    list_display = ("__str__", "study", "kind", "citation")
    list_filter = (("study", VisibleStudies), "kind")


def _studies(request: HttpRequest) -> list[Study]:
    """The studies in which this person may define analyses."""
    return [study for study in Study.objects.visible_to(request.user) if may_define(request.user, study)]
