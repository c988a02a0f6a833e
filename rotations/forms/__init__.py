"""What people type about rotations."""

from .audit import AuditForm
from .calendar import CalendarForm
from .overrides import OverrideForm
from .planning import CompareForm, EditForm, PlanForm, PublishForm
from .standing import AcknowledgeForm
from .swaps import SwapForm
from .time_off import TimeOffForm

__all__ = [
    "AcknowledgeForm",
    "AuditForm",
    "CalendarForm",
    "CompareForm",
    "EditForm",
    "OverrideForm",
    "PlanForm",
    "PublishForm",
    "SwapForm",
    "TimeOffForm",
]
