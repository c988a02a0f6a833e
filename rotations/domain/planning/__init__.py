"""The planner: one plain problem in, one checked plan out. Importing it does not load the solver."""

from .answer import Answer, fairness_words
from .check import Violation, check
from .problem import Problem, ProblemError
from .solver import solve

__all__ = ["Answer", "Problem", "ProblemError", "Violation", "check", "fairness_words", "solve"]
