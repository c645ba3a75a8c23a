"""What every room's admin shares about rights: those of the study decide, not Django's permissions."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from surveys import policy
from surveys.models import Study
from surveys.selectors import studies_where


class StudyRightsAdmin(ModelAdmin):  # type: ignore[misc]
    """Staff see what belongs to studies they may see; changing anything needs more to be said."""

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


class DefineAdmin(StudyRightsAdmin):
    """What researchers of a study may add and change; the study of a row is chosen once."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request) and bool(studies_where(request.user, policy.DEFINE))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not self.has_module_permission(request):
            return False
        return obj is None or policy.may(request.user, policy.DEFINE, obj.study)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "study":
            mine = [study.pk for study in studies_where(request.user, policy.DEFINE)]
            kwargs["queryset"] = Study.objects.filter(pk__in=mine)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class NamedInStudyAdmin(DefineAdmin):
    """What is known in its study by a short name: study and name stay what they were."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("study", "slug") if obj else ()


class FrozenAdmin(StudyRightsAdmin):
    """What never changes: to be looked at only."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [field.name for field in self.model._meta.get_fields() if isinstance(field, models.Field)]
