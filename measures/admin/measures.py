"""Measures in the admin: the list, and the editor with its live preview."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _

from measures.admin import editor, filling, picker
from measures.models import Measure, MeasureVersion
from measures.selectors.disclosure import measures_shown_to, versions_shown_to
from surveys.http.listing import LabelSearch, VisibleStudies
from surveys.http.rights import DefineAdmin, FrozenAdmin


@admin.register(Measure)
class MeasureAdmin(LabelSearch, DefineAdmin):
    """One row per construct; adding and changing go through the rule editor."""

    list_display = ("name", "study", "label", "in_force", "draft_state", "concept")
    list_filter = (("study", VisibleStudies),)
    search_fields = ("name", "concept", "versions__labels", "versions__rule")
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Measure]:
        return measures_shown_to(request.user)

    @admin.display(description=_("Label"))
    def label(self, measure: Measure) -> str:
        version = _newest(measure)
        return version.label(editor.language()) if version else ""

    @admin.display(description=_("In force"))
    def in_force(self, measure: Measure) -> str:
        numbers = [v.number for v in measure.shown if v.state == MeasureVersion.State.PUBLISHED]
        return f"{measure.name}@{max(n or 0 for n in numbers)}" if numbers else "–"

    @admin.display(description=_("Draft"))
    def draft_state(self, measure: Measure) -> str:
        has_draft = any(v.state == MeasureVersion.State.DRAFT for v in measure.shown)
        return str(MeasureVersion.State.DRAFT.label) if has_draft else ""

    def get_urls(self) -> list[URLPattern | URLResolver]:
        wrap = self.admin_site.admin_view
        own = [
            ("preview/", editor.live_preview, "measures_measure_preview"),
            ("elsewhere/", editor.elsewhere, "measures_measure_elsewhere"),
            ("falls/", editor.falls, "measures_measure_falls"),
            ("items/", editor.items, "measures_measure_items"),
            ("codes/", picker.codes, "measures_measure_codes"),
            ("form/", filling.form, "measures_measure_form"),
            ("written/", filling.written, "measures_measure_written"),
            ("names/", picker.names, "measures_measure_names"),
            ("<int:pk>/publish/", editor.publish_draft, "measures_measure_publish"),
            ("<int:pk>/new-version/", editor.start_version, "measures_measure_new_version"),
            ("<int:pk>/discard/", editor.discard, "measures_measure_discard"),
            ("<int:pk>/retire/<int:number>/", editor.retire_version, "measures_measure_retire"),
        ]
        return [path(route, wrap(view), name=name) for route, view, name in own] + super().get_urls()

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return editor.edit(request, self, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        measure = self.get_object(request, object_id)
        if measure is None:
            raise Http404
        return editor.edit(request, self, measure)


def _newest(measure: Measure) -> MeasureVersion | None:
    versions = sorted(measure.shown, key=lambda v: (v.number is None, v.number or 0))
    return versions[-1] if versions else None


@admin.register(MeasureVersion)
class MeasureVersionAdmin(LabelSearch, FrozenAdmin):
    """Every wording there was; a draft is worded in the editor of its measure."""

    list_display = ("__str__", "study", "state", "published_by", "published_at")
    list_filter = ("state", ("measure__study", VisibleStudies))
    search_fields = ("measure__name", "rule", "labels")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MeasureVersion]:
        return versions_shown_to(request.user).select_related("measure__study", "published_by")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A wording is read where it was written."""
        version = self.get_object(request, object_id)
        if version is None:
            raise Http404
        page = reverse("admin:measures_measure_change", args=[version.measure_id])
        return redirect(f"{page}?version={version.number}" if version.number else page)

    @admin.display(description=_("Study"))
    def study(self, version: MeasureVersion) -> str:
        return version.measure.study.slug
