"""Writes: every state change of an incident has its one home here."""

from .incident import acknowledge, add_note, change_severity, mitigate, reopen, report, resolve

__all__ = ["acknowledge", "add_note", "change_severity", "mitigate", "reopen", "report", "resolve"]
