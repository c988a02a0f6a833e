"""Lists about rotations, as tables."""

from .planning import PlanTable
from .rotations import RotationTable
from .time_off import AwayTable, MyTimeOffTable, WaitingTable

__all__ = ["AwayTable", "MyTimeOffTable", "PlanTable", "RotationTable", "WaitingTable"]
