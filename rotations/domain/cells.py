"""Cells of exported tables."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula; numbers are to be written as numbers."""
    return f"'{text}" if text.startswith(FORMULA) else text
