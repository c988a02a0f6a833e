"""Lists about rotations, as tables."""

from .planning import PlanTable
from .rotations import RotationTable
from .swaps import SwapTable, WaitingSwapTable
from .time_off import AwayTable, MyTimeOffTable, WaitingTable

__all__ = ["AwayTable", "MyTimeOffTable", "PlanTable", "RotationTable", "SwapTable", "WaitingSwapTable", "WaitingTable"]
