"""Who may do what in the admin of this room: the rights of the study decide, not Django's permissions."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from measures.policy import may_define
from surveys.models import Study, User


def studies_to_define_in(user: User) -> list[Study]:
    """The studies in which this person may define measures and datasets."""
    return [study for study in Study.objects.visible_to(user) if may_define(user, study)]


class StudyRightsAdmin(ModelAdmin):  # type: ignore[misc]
    """Everybody on the staff sees what belongs to studies he or she may see; nothing is deleted here."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DefineAdmin(StudyRightsAdmin):
    """What researchers of a study may add and change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request) and bool(studies_to_define_in(request.user))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not self.has_module_permission(request):
            return False
        return obj is None or may_define(request.user, obj.study)


class FrozenAdmin(StudyRightsAdmin):
    """What never changes: to be looked at only."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [field.name for field in self.model._meta.get_fields() if isinstance(field, models.Field)]
