"""What is booked in the ledger by hand: entries are added and read, never changed."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from pipelines.models import Engineer
from pipelines.rights import is_administrator

from ..models import LedgerEntry
from ..verbs.ledger import add_ledger_entry, checked_entry


class EntryForm(forms.ModelForm):
    """A new entry, refused in the words of the verb that books it."""

    by: ClassVar[Engineer]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors:
            try:
                checked_entry(**data, by=self.by, at=timezone.now())
            except ValidationError as refusal:
                self.add_error(None, refusal)
        return data

    def validate_constraints(self) -> None:
        """The verb did."""


@admin.register(LedgerEntry)
class LedgerEntryAdmin(admin.ModelAdmin):
    """A mistake is corrected by another entry, so that what people were told stays to be read."""

    form = EntryForm
    list_display = ["day", "engineer", "rotation", "account", "amount", "kind", "by", "at"]
    list_filter = ["rotation", "kind", "account"]
    list_select_related = ["engineer", "rotation", "by"]
    search_fields = ["engineer__name", "rotation__name", "reason"]
    autocomplete_fields = ["engineer"]
    date_hierarchy = "day"
    fields = ["rotation", "engineer", "day", "account", "amount", "kind", "reason"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerEntry]:
        """Reasons are for the person and for who decides in the rotation."""
        rows = super().get_queryset(request)
        return rows if is_administrator(request.user) else rows.filter(rotation__managers=request.user)

    def get_fields(self, request: HttpRequest, obj: LedgerEntry | None = None) -> list[str]:
        return [*self.fields, "by", "at"] if obj else self.fields

    def get_form(self, request: HttpRequest, obj: LedgerEntry | None = None, **kwargs: Any) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, **kwargs)
        form.by = request.user
        return form

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "rotation" and not is_administrator(request.user):
            kwargs["queryset"] = request.user.managed_rotations.all()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: LedgerEntry, form: forms.ModelForm, change: bool) -> None:
        obj.pk = add_ledger_entry(**form.cleaned_data, by=request.user, at=timezone.now()).pk

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
