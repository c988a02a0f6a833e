"""The admin of the pager: what was told to whom, and which workers are alive."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from pipelines.admin import ReadOnly

from ..models import Message, Worker
from ..pager import STALE
from ..verbs.messages import send_again
from ..verbs.time_off_notices import is_about_time_off


@admin.register(Message)
class MessageAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["subject", "engineer", "kind", "state", "attempts", "created_at", "sent_at", "outcome"]
    list_filter = ["state", "kind", "created_at"]
    list_select_related = ["engineer"]
    search_fields = ["subject", "engineer__name", "engineer__email", "thread"]
    date_hierarchy = "created_at"
    actions = ["send_again"]

    def get_fields(self, request: HttpRequest, obj: Message | None = None) -> list[str]:
        """A decision on time off is told with its reason, which is for who got it."""
        fields = [str(field) for field in super().get_fields(request, obj)]
        private = obj is not None and is_about_time_off(obj) and obj.engineer_id != request.user.pk
        return [field for field in fields if field != "text"] if private else fields

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup.split("__")[0] != "text" and super().lookup_allowed(lookup, value, request)

    @admin.action(description="Send again", permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        chosen = list(queryset)
        queued = send_again(chosen, at=timezone.now())
        messages.success(request, f"{queued} queued; the pager sends them within seconds.")
        if left := len(chosen) - queued:
            messages.warning(request, f"{left} were waiting to be sent already and are left as they are.")

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("rotations.change_message")


@admin.register(Worker)
class WorkerAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "cycled_at", "is_alive"]

    @admin.display(boolean=True, description="alive")
    def is_alive(self, worker: Worker) -> bool:
        return worker.cycled_at > timezone.now() - STALE
