"""The standing audit: what is wrong with a rotation from now on, who it is about, until when."""

from .facts import Confirmed, Ownership, WaitingRequest, Watched, WatchedPipeline
from .findings import URGENT, Finding, Kind, is_within
from .leaving import whole_weeks
from .watch import standing_audit

__all__ = [
    "URGENT",
    "Confirmed",
    "Finding",
    "Kind",
    "Ownership",
    "WaitingRequest",
    "Watched",
    "WatchedPipeline",
    "is_within",
    "standing_audit",
    "whole_weeks",
]
