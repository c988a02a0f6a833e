"""Rotations, the duty they place, time off, swaps and their covers, feeds, and the pager's messages."""

from .audit import AuditRun, RotaImport
from .duty import ROLES, ConfirmedGap, Cover, Plan, Shift
from .feeds import FeedLink
from .holidays import CompanyDay, HolidayYear, PublicHoliday
from .ledger import LedgerEntry
from .pager import Message, Worker
from .rotations import WEEKDAYS, Membership, Rotation, Unit, UnitPipeline
from .swaps import OPEN, Swap, SwapPart, SwapQuerySet
from .time_off import TimeOffQuerySet, TimeOffRequest
from .units import UnitsComparison
from .wishes import Wish

__all__ = [
    "OPEN",
    "ROLES",
    "WEEKDAYS",
    "AuditRun",
    "CompanyDay",
    "ConfirmedGap",
    "Cover",
    "FeedLink",
    "HolidayYear",
    "LedgerEntry",
    "Membership",
    "Message",
    "Plan",
    "PublicHoliday",
    "RotaImport",
    "Rotation",
    "Shift",
    "Swap",
    "SwapPart",
    "SwapQuerySet",
    "TimeOffQuerySet",
    "TimeOffRequest",
    "Unit",
    "UnitPipeline",
    "UnitsComparison",
    "Wish",
    "Worker",
]
