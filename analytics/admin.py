"""Analyses to define, runs and targets to look at: the rights of the study decide."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from analytics.forms import AnalysisForm
from analytics.models import Analysis, Run, Target
from analytics.selectors import shown_to
from analytics.services.analyses import define_analysis
from surveys.http.listing import LabelSearch, VisibleStudies
from surveys.http.rights import FrozenAdmin, NamedInStudyAdmin


@admin.register(Analysis)
class AnalysisAdmin(LabelSearch, NamedInStudyAdmin):
    """Specifications as YAML; saving goes through the service, which checks and records it."""

    form = AnalysisForm
    list_display = ("__str__", "study", "kind")
    list_filter = (("study", VisibleStudies),)
    search_fields = ("slug", "labels")
    fields = ("study", "slug", "label_en", "label_zh", "spec")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Analysis]:
        return Analysis.objects.visible_to(request.user).select_related("study")

    @admin.display(description=_("Kind"))
    def kind(self, analysis: Analysis) -> str:
        return str(analysis.spec.get("kind", ""))

    def save_model(self, request: HttpRequest, obj: Analysis, form: Any, change: bool) -> None:
        given = form.cleaned_data["spec"]
        saved = define_analysis(request.user, obj.study, obj.slug, spec=given, labels=form.labels())
        obj.pk = saved.pk


@admin.register(Run)
class RunAdmin(FrozenAdmin):
    list_filter = (("study", VisibleStudies), "kind", "state")

    list_display = ("__str__", "study", "kind", "state", "created_by", "created_at", "withdrawn_because")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        found = Run.objects.visible_to(request.user)
        return found.select_related("study", "analysis__study", "created_by")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Run | None:
        """The run as this person may see it: an administration is no way round what pages withhold."""
        found = super().get_object(request, object_id, from_field)
        return shown_to(request.user, found) if found is not None else None


@admin.register(Target)
class TargetAdmin(FrozenAdmin):
    list_display = ("__str__", "study", "kind", "citation")
    list_filter = (("study", VisibleStudies), "kind")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Target]:
        return Target.objects.visible_to(request.user).select_related("study")
