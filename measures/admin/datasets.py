"""Datasets in the admin: recipes to change, versions and columns to look at."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from measures.forms import DatasetForm
from measures.models import Dataset, DatasetVersion, DerivedColumn
from measures.selectors.disclosure import without_small_groups
from measures.selectors.superseded import superseded_columns
from measures.services.datasets import define_dataset, submit_build
from surveys.core.problems import Refused
from surveys.http.listing import LabelSearch, VisibleStudies
from surveys.http.rights import FrozenAdmin, NamedInStudyAdmin
from surveys.translation import refusal_spoken, spoken


@admin.register(Dataset)
class DatasetAdmin(LabelSearch, NamedInStudyAdmin):
    """Recipes.  Saving checks that everything a recipe names exists; building is long work."""

    form = DatasetForm
    list_display = ("__str__", "study", "latest")
    list_filter = (("study", VisibleStudies),)
    search_fields = ("slug", "labels")
    fields = ("study", "slug", "label_en", "label_zh", "recipe")
    actions = ["build"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dataset]:
        return Dataset.objects.visible_to(request.user).select_related("study")

    def save_model(self, request: HttpRequest, obj: Dataset, form: Any, change: bool) -> None:
        saved = define_dataset(
            request.user,
            obj.study,
            obj.slug,
            recipe=form.cleaned_data["recipe"],
            labels=form.labels(),
            description=obj.description,
        )
        obj.pk = saved.pk

    @admin.action(description=_("Build the chosen datasets"))
    def build(self, request: HttpRequest, queryset: QuerySet[Dataset]) -> HttpResponse | None:
        job = None
        for dataset in queryset:
            try:
                job = submit_build(request.user, dataset)
            except Refused as refused:
                messages.error(request, refusal_spoken(refused))
        return redirect("surveys:job", job.pk) if job else None


@admin.register(DatasetVersion)
class DatasetVersionAdmin(FrozenAdmin):
    list_display = ("__str__", "rows", "created_by", "created_at", "content_hash")
    list_filter = (("dataset__study", VisibleStudies),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DatasetVersion]:
        return DatasetVersion.objects.visible_to(request.user).select_related("dataset__study", "created_by")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A version has a page of its own."""
        version = self.get_object(request, object_id)
        if version is None:
            raise Http404
        dataset = version.dataset
        return redirect("measures:dataset_version", dataset.study.slug, dataset.slug, version.number)


@admin.register(DerivedColumn)
class DerivedColumnAdmin(FrozenAdmin):
    list_display = ("__str__", "type", "rows", "content_hash", "created_at")
    fields = ("key", "content_hash", "type", "rows", "tally", "what_was_fitted", "inputs", "created_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return list(self.fields)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Without the tally where the wave was corrected in what the column was made of."""
        is_told = obj is None or not _untold_because(obj)
        return [name for name in self.fields if name != "tally" or is_told]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DerivedColumn]:
        versions = DatasetVersion.objects.visible_to(request.user)
        used = DerivedColumn.objects.filter(dataset_columns__version__in=versions)
        return used.defer("frequencies").distinct()

    @admin.display(description=_("Fitted parameters"))
    def what_was_fitted(self, column: DerivedColumn) -> str:
        """A column may stand in datasets of several studies, so nobody is told small groups here, nor
        anything of one that is made of an earlier version of its wave alone."""
        if why := _untold_because(column):
            return spoken(why)
        return json.dumps(without_small_groups(column.fitted), ensure_ascii=False)


def _untold_because(column: DerivedColumn) -> str:
    """Why nothing that was counted is told; nothing where one version that holds it tells it."""
    held = column.dataset_columns.select_related("version__dataset__study")
    reasons = [superseded_columns(one.version).get(one.name, "") for one in held]
    return reasons[0] if reasons and all(reasons) else ""
