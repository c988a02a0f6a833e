"""Secret addresses of calendars."""

from __future__ import annotations

from django.db import models

from pipelines.models import Engineer


class FeedLink(models.Model):
    """A secret address of somebody's calendar; only the digest of its token is kept."""

    engineer = models.ForeignKey(Engineer, on_delete=models.CASCADE, related_name="feed_links")
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    fetched_at = models.DateTimeField("last fetched", null=True, editable=False)
    fetched_by = models.CharField("last fetched by", max_length=100, blank=True, editable=False)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"Feed of {self.engineer}"
