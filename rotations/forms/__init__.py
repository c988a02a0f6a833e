"""What people type about rotations."""

from .audit import AuditForm
from .calendar import CalendarForm
from .imports import NamesForm, TableForm
from .ledger import EntryForm, LedgerForm, OpeningForm, ServedForm
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
    "EntryForm",
    "LedgerForm",
    "NamesForm",
    "OpeningForm",
    "OverrideForm",
    "PlanForm",
    "PublishForm",
    "ServedForm",
    "SwapForm",
    "TableForm",
    "TimeOffForm",
]
