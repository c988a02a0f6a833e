"""The catalogue in the admin: people and invitations for administrators, the rest for managers too."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from simple_history.admin import SimpleHistoryAdmin

from .forms import ChangeOwnersForm, InvitationForm
from .models import (
    Area,
    Audience,
    Engineer,
    FailureMode,
    Invitation,
    KeyAction,
    Ownership,
    Pipeline,
    Runbook,
    Training,
)
from .rights import is_administrator
from .verbs import change_owners, invite

RIGHTS = ("is_active", "is_staff", "is_superuser", "groups")


class ReadOnly:
    """Rows that are looked at here and changed elsewhere, or by the portal alone; mixed into an admin or an inline."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Engineer)
class EngineerAdmin(SimpleHistoryAdmin, UserAdmin):
    list_display = ("name", "username", "email", "time_zone", "holiday_calendar", "role", "is_active")
    list_filter = ("is_active", "groups", "is_superuser", "holiday_calendar")
    search_fields = ("name", "username", "email", "short_name")
    ordering = ("name",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("name", "short_name", "email", "time_zone", "holiday_calendar")}),
        ("Rights", {"fields": RIGHTS}),
        ("Dates", {"fields": readonly_fields}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "name", "email", "time_zone", "usable_password", "password1", "password2")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Engineer]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="role")
    def role(self, engineer: Engineer) -> str:
        names = [group.name for group in engineer.groups.all()] + ["superuser"] * engineer.is_superuser
        return ", ".join(names) or "engineer"

    def get_readonly_fields(self, request: HttpRequest, obj: Engineer | None = None) -> tuple[str, ...]:
        fields = super().get_readonly_fields(request, obj)
        if request.user.is_superuser:
            return fields
        return (*fields, "is_superuser") if is_administrator(request.user) else (*fields, *RIGHTS)

    def get_fieldsets(self, request: HttpRequest, obj: Engineer | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return ((None, {"fields": ("username",)}), *fieldsets[1:])  # a password's digest is nobody's to look at

    def has_change_permission(self, request: HttpRequest, obj: Engineer | None = None) -> bool:
        return super().has_change_permission(request, obj) and _reaches(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Engineer | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _reaches(request, obj)


def _reaches(request: HttpRequest, engineer: Engineer | None) -> bool:
    return engineer is None or request.user.has_perm("pipelines.change_account", engineer)


@admin.register(Area)
class AreaAdmin(admin.ModelAdmin):
    list_display = ("name", "position")
    search_fields = ("name",)


@admin.register(Audience)
class AudienceAdmin(admin.ModelAdmin):
    list_display = ("name",)
    search_fields = ("name",)


class OwnershipInline(ReadOnly, admin.TabularInline):
    model = Ownership
    extra = 0
    show_change_link = True
    fields = ("primary", "secondary", "starts_on", "ends_on")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ownership]:
        return super().get_queryset(request).select_related("pipeline", "primary", "secondary")


class TrainingInline(admin.TabularInline):
    model = Training
    extra = 0
    autocomplete_fields = ("engineer",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Training]:
        return super().get_queryset(request).select_related("pipeline", "engineer")


@admin.register(Pipeline)
class PipelineAdmin(SimpleHistoryAdmin):
    list_display = ("name", "area", "audience", "is_active")
    list_filter = ("is_active", "area", "audience")
    list_select_related = ("area", "audience")
    search_fields = ("name", "slug")
    inlines = (OwnershipInline, TrainingInline)
    fields = ("name", "slug", "area", "audience", "is_active")

    def get_fields(self, request: HttpRequest, obj: Pipeline | None = None) -> tuple[str, ...]:
        return (*self.fields, "owners", "runbook_page") if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Pipeline | None = None) -> tuple[str, ...]:
        return ("slug", "owners", "runbook_page") if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Pipeline | None = None) -> dict[str, Any]:
        return {} if obj else {"slug": ("name",)}

    @admin.display(description="owners")
    def owners(self, pipeline: Pipeline) -> str:
        address = reverse("admin:pipelines_ownership_add")
        return format_html('<a href="{}?pipeline={}">Change owners from a day on</a>', address, pipeline.pk)

    @admin.display(description="runbook")
    def runbook_page(self, pipeline: Pipeline) -> str:
        address = reverse("pipelines:runbook", args=[pipeline.slug])
        return format_html('<a href="{}">Write the runbook in the portal</a>', address)


@admin.register(Ownership)
class OwnershipAdmin(SimpleHistoryAdmin):
    """A new ownership ends the former one; a former one is history and stays as it was."""

    list_display = ("pipeline", "primary", "secondary", "starts_on", "ends_on")
    list_filter = (("ends_on", admin.EmptyFieldListFilter), "pipeline__area", "pipeline")
    list_select_related = ("pipeline", "primary", "secondary")
    search_fields = ("pipeline__name", "primary__name", "secondary__name")
    autocomplete_fields = ("pipeline", "primary", "secondary")
    date_hierarchy = "starts_on"

    def get_form(self, request: HttpRequest, obj: Ownership | None = None, **kwargs: Any) -> type[ModelForm]:
        return super().get_form(request, obj, **kwargs if obj else {**kwargs, "form": ChangeOwnersForm})

    def get_fields(self, request: HttpRequest, obj: Ownership | None = None) -> list[str]:
        return ["pipeline", "primary", "secondary", "starts_on", *(["ends_on"] if obj else [])]

    def has_change_permission(self, request: HttpRequest, obj: Ownership | None = None) -> bool:
        ended = obj is not None and obj.ends_on is not None and obj.ends_on <= timezone.localdate()
        return super().has_change_permission(request, obj) and not ended

    def has_delete_permission(self, request: HttpRequest, obj: Ownership | None = None) -> bool:
        begun = obj is not None and obj.starts_on <= timezone.localdate()
        return super().has_delete_permission(request, obj) and not begun

    def save_model(self, request: HttpRequest, obj: Ownership, form: ModelForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            made = change_owners(obj.pipeline, obj.primary, obj.secondary, obj.starts_on, by=request.user)
            obj.pk = made.pk

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ValidationError as refused:  # somebody else was faster than the form's own look
            messages.error(request, " ".join(refused.messages))
            return HttpResponseRedirect(request.get_full_path())


@admin.register(Training)
class TrainingAdmin(SimpleHistoryAdmin):
    list_display = ("engineer", "pipeline", "trained_on", "shadows_until")
    list_filter = ("pipeline__area", "pipeline", ("shadows_until", admin.EmptyFieldListFilter))
    list_select_related = ("engineer", "pipeline")
    search_fields = ("engineer__name", "pipeline__name")
    autocomplete_fields = ("engineer", "pipeline")


class FailureModeInline(admin.StackedInline):
    model = FailureMode
    extra = 0


class KeyActionInline(admin.StackedInline):
    model = KeyAction
    extra = 0


@admin.register(Runbook)
class RunbookAdmin(SimpleHistoryAdmin):
    list_display = ("pipeline", "reviewed_on", "reviewed_by")
    list_filter = (("reviewed_on", admin.EmptyFieldListFilter), "pipeline__area")
    list_select_related = ("pipeline", "reviewed_by")
    search_fields = ("pipeline__name", "purpose", "failure_modes__name")
    autocomplete_fields = ("pipeline", "reviewed_by")
    inlines = (FailureModeInline, KeyActionInline)


class InvitationState(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("open", "open"), ("used", "used"), ("expired", "expired")]

    def queryset(self, request: HttpRequest, rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
        past = Q(expires_at__lte=timezone.now())
        unused = Q(accepted_at=None)
        wanted = {"open": unused & ~past, "used": ~unused, "expired": unused & past}
        return rows.filter(wanted.get(self.value(), Q()))


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    """Made and taken back, never changed; the link is shown once, in the answer to what made it."""

    form = InvitationForm
    list_display = ("email", "group", "state", "invited_by", "invited_at", "expires_at", "accepted_by")
    list_filter = (InvitationState, "group")
    list_select_related = ("group", "invited_by", "accepted_by")
    search_fields = ("email", "invited_by__name", "accepted_by__name")
    readonly_fields = ("state", "invited_by", "invited_at", "expires_at", "accepted_at", "accepted_by")

    @admin.display(description="state")
    def state(self, invitation: Invitation) -> str:
        if invitation.accepted_at:
            return "used"
        return "open" if invitation.expires_at > timezone.now() else "expired"

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> tuple[str, ...]:
        return ("email", "group", *(self.readonly_fields if obj else ()))

    def get_form(self, request: HttpRequest, obj: Invitation | None = None, **kwargs: Any) -> type[ModelForm]:
        form = super().get_form(request, obj, **kwargs)
        form.by = request.user
        return form

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        used = obj is not None and obj.accepted_at is not None
        return super().has_delete_permission(request, obj) and not used

    def save_model(self, request: HttpRequest, obj: Invitation, form: ModelForm, change: bool) -> None:
        made, token = invite(email=obj.email, group=obj.group, by=request.user, at=timezone.now())
        obj.pk, obj.expires_at, obj.token = made.pk, made.expires_at, token

    def response_add(self, request: HttpRequest, obj: Invitation, post_url_continue: str | None = None) -> HttpResponse:
        link = settings.PUBLIC_URL + reverse("pipelines:invitation", args=[obj.token])
        context = {**self.admin_site.each_context(request), "title": "Invitation made", "opts": self.opts}
        return TemplateResponse(
            request, "admin/pipelines/invitation/created.html", {**context, "invitation": obj, "link": link}
        )
