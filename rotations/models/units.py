"""What the other choices of units would mean, worked out beside the web."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from pipelines.models import Engineer

from .rotations import Rotation


class UnitsComparison(models.Model):
    """Ways to group a rotation's pipelines into units, each planned for the same weeks; never published."""

    class State(models.TextChoices):
        ASKED = "asked", "being planned"
        READY = "ready", "ready"
        FAILED = "failed", "failed"

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="units_comparisons")
    state = models.CharField(max_length=6, choices=State, default=State.ASKED)
    first_week = models.DateField(help_text="Day of the first hand-off.")
    weeks = models.PositiveSmallIntegerField()
    problems = models.JSONField(default=dict, help_text="A planning problem for each choice of units.")
    answer = models.JSONField(default=dict, help_text="What each choice would mean.")
    failure = models.TextField(blank=True)
    asked_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = "comparison of units"
        verbose_name_plural = "comparisons of units"

    def __str__(self) -> str:
        return f"Units of {self.rotation} compared, {self.weeks} weeks from {self.first_week}"

    def get_absolute_url(self) -> str:
        return reverse("rotations:units", args=[self.rotation.slug])
