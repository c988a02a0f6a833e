"""The standing audit's own rows, and tables that are being brought in."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from pipelines.models import Engineer

from .duty import Plan
from .rotations import Rotation


class AuditRun(models.Model):
    """When a rotation is audited next, and what the last time found; `told` names the gaps its managers know of."""

    rotation = models.OneToOneField(Rotation, on_delete=models.CASCADE, related_name="audit_run")
    next_at = models.DateTimeField("next", help_text="When it is due; while somebody is at it, when it is due again.")
    ran_at = models.DateTimeField("last", null=True)
    open_count = models.PositiveIntegerField("open findings", default=0)
    urgent_count = models.PositiveIntegerField("gaps within 72 hours", default=0)
    confirmed_count = models.PositiveIntegerField("left open knowingly", default=0)
    told = models.JSONField(default=list, editable=False)
    told_week = models.DateField(
        "last weekly mail", null=True, help_text="Day of the hand-off that its week begins with."
    )

    class Meta:
        ordering = ["rotation"]
        indexes = [models.Index(name="audit_due", fields=["next_at"])]

    def __str__(self) -> str:
        return f"Audit of {self.rotation}"

    @property
    def words(self) -> str:
        """What is open, in words: 3 findings, of them 1 gap within 72 hours."""
        found = f"{self.open_count} finding{'' if self.open_count == 1 else 's'}"
        gaps = f"{self.urgent_count} gap{'' if self.urgent_count == 1 else 's'} within 72 hours"
        return f"{found}, of them {gaps}" if self.urgent_count else found


class RotaImport(models.Model):
    """A table that somebody brings in: its text as it came, what its names mean, and the plan it became."""

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="imports")
    source = models.CharField(max_length=200, help_text="Name of the file, or that it was pasted.")
    text = models.TextField(editable=False)
    names = models.JSONField(default=dict, help_text="What names in the table mean.")
    first_week = models.DateField(null=True, blank=True, help_text="Day of the hand-off of the first week.")
    made_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    done_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    plan = models.ForeignKey(Plan, on_delete=models.SET_NULL, null=True, related_name="+")
    served = models.PositiveIntegerField("shifts served", default=0, help_text="Past shifts that it wrote.")

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = "import of a table"
        verbose_name_plural = "imports of tables"

    def __str__(self) -> str:
        return f"{self.source} for {self.rotation}"

    def get_absolute_url(self) -> str:
        return reverse("rotations:import", args=[self.rotation.slug, self.pk])
