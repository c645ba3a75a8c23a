"""People, studies and memberships to look after; jobs and the audit trail to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from surveys import policy
from surveys.forms import StudyForm
from surveys.http.rights import StudyRightsAdmin
from surveys.models import AuditEntry, Job, Membership, Study, User
from surveys.selectors import studies_where
from surveys.services import audit
from surveys.services.people import grant, withdraw
from surveys.services.studies import create_study
from surveys.templatetags.vocabulary import language

admin.site.unregister(Group)  # rights come from memberships, not from groups


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]
    """Accounts, for administrators; what a person may do in a study is a membership."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "is_active", "is_staff", "is_superuser")
    fieldsets = (
        (None, {"fields": ("username", "password", "first_name", "last_name", "email")}),
        (None, {"fields": ("is_active", "is_staff", "is_superuser", "last_login", "date_joined")}),
    )
    filter_horizontal = ()

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        fields = [name for name in form.changed_data if "password" not in name]
        audit.record(request.user, "change" if change else "create", obj, fields=fields)

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Setting somebody's password is told in the audit trail like any other change of an account."""
        response: HttpResponse = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            audit.record(request.user, "set_password", User.objects.get(pk=id))
        return response

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a person who did something stays named; an account is switched off instead


@admin.register(Study)
class StudyAdmin(StudyRightsAdmin):
    form = StudyForm
    list_display = ("slug", "titled", "is_open", "is_synthetic")
    fields = StudyForm.Meta.fields

    @admin.display(description=_("Title"))
    def titled(self, study: Study) -> str:
        return study.title(language())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Study]:
        return Study.objects.visible_to(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        allowed = self.has_module_permission(request)
        return allowed and (obj is None or policy.may(request.user, policy.ADMINISTER, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Study | None = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Study, form: StudyForm, change: bool) -> None:
        obj.pk = create_study(request.user, obj.slug, **form.told()).pk


@admin.register(Membership)
class MembershipAdmin(StudyRightsAdmin):
    list_display = ("user", "study", "role", "microdata")
    list_filter = ("role", "microdata")
    fields = ("study", "user", "role", "microdata")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        mine = studies_where(request.user, policy.ADMINISTER)
        return Membership.objects.filter(study__in=mine).select_related("study", "user")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request) and bool(studies_where(request.user, policy.ADMINISTER))

    def has_change_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return self.has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return self.has_add_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:
        return ("study", "user") if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "study":
            mine = [study.pk for study in studies_where(request.user, policy.ADMINISTER)]
            kwargs["queryset"] = Study.objects.filter(pk__in=mine)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        obj.pk = grant(request.user, obj.study, obj.user, obj.role, obj.microdata).pk

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        withdraw(request.user, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        for membership in queryset:
            withdraw(request.user, membership)


@admin.register(Job)
class JobAdmin(StudyRightsAdmin):
    list_display = ("__str__", "study", "created_by", "created_at", "state")
    list_filter = ("state", "kind")
    fields = (
        "kind",
        "state",
        "study",
        "created_by",
        "created_at",
        "finished_at",
        "attempts",
        "problems",
        "log",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return Job.objects.visible_to(request.user).select_related("study", "created_by")


@admin.register(AuditEntry)
class AuditAdmin(StudyRightsAdmin):
    list_display = ("at", "actor", "action", "object_label", "study")
    list_filter = ("action",)
    search_fields = ("actor", "object_label")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        entries = AuditEntry.objects.select_related("study")
        if request.user.is_superuser:
            return entries
        return entries.filter(study__in=studies_where(request.user, policy.ADMINISTER))
