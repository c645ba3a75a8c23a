"""What lists in the admin share: a filter by study that names no other study, a search that knows Chinese."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from surveys.models import Study


class VisibleStudies(admin.RelatedFieldListFilter):
    """The filter by study names only the studies this person may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[int, str]]:
        return [(study.pk, str(study)) for study in Study.objects.visible_to(request.user)]


class LabelSearch:
    """Searches labels in any script: SQLite keeps JSON with escapes where PostgreSQL keeps the letters."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        search: Any = super().get_search_results  # type: ignore[misc]
        found, has_doubles = search(request, queryset, search_term)
        escaped = json.dumps(search_term)[1:-1]
        if search_term.isascii():
            return found, has_doubles
        more, _ = search(request, queryset, escaped)
        return queryset.filter(
            pk__in={*found.values_list("pk", flat=True), *more.values_list("pk", flat=True)}
        ), False
