"""What people type about rotations."""

from .audit import AuditForm
from .calendar import CalendarForm
from .planning import PlanForm
from .time_off import TimeOffForm

__all__ = ["AuditForm", "CalendarForm", "PlanForm", "TimeOffForm"]
