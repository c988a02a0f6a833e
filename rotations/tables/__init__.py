"""Lists about rotations, as tables."""

from .imports import ImportTable
from .ledger import EntryTable, LedgerTable
from .planning import PlanTable
from .rotations import RotationTable
from .swaps import SwapTable, WaitingSwapTable
from .time_off import AwayTable, MyTimeOffTable, WaitingTable

__all__ = [
    "AwayTable",
    "EntryTable",
    "ImportTable",
    "LedgerTable",
    "MyTimeOffTable",
    "PlanTable",
    "RotationTable",
    "SwapTable",
    "WaitingSwapTable",
    "WaitingTable",
]
