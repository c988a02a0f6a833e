"""The admin of rotations: one module per subject, each registers its models on import."""

from . import audit, duty, holidays, ledger, pager, rotations, swaps, time_off  # noqa: F401
