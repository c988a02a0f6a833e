"""What people type about rotations."""

from .audit import AuditForm
from .calendar import CalendarForm
from .planning import CompareForm, EditForm, PlanForm, PublishForm
from .standing import AcknowledgeForm
from .time_off import TimeOffForm

__all__ = [
    "AcknowledgeForm",
    "AuditForm",
    "CalendarForm",
    "CompareForm",
    "EditForm",
    "PlanForm",
    "PublishForm",
    "TimeOffForm",
]
