"""Writes: every state change of an incident has its one home here."""
