"""The planner: one plain problem in, one checked plan out. Importing it does not load the solver."""

from .answer import Answer, fairness_words
from .check import Violation, check
from .problem import Problem, ProblemError
from .progress import Progress, silent
from .solver import solve

__all__ = ["Answer", "Problem", "ProblemError", "Progress", "Violation", "check", "fairness_words", "silent", "solve"]
