"""Weeks that people would like to have, or not to have."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from pipelines.models import Engineer

from .rotations import Rotation


class Wish(models.Model):
    """An engineer wants a week of duty in a rotation, or would rather not have it; the planner heeds it last."""

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="wishes")
    engineer = models.ForeignKey(Engineer, on_delete=models.CASCADE, related_name="wishes")
    week = models.DateField(help_text="Day of its hand-off.")
    is_wanted = models.BooleanField("wanted", help_text="Otherwise it is unwanted.")

    history = HistoricalRecords()

    class Meta:
        ordering = ["week", "engineer__name", "pk"]
        verbose_name_plural = "wishes"
        constraints = [models.UniqueConstraint(name="wish_once", fields=["rotation", "engineer", "week"])]

    def __str__(self) -> str:
        return f"{self.engineer}: {self.week} {'wanted' if self.is_wanted else 'unwanted'}"
