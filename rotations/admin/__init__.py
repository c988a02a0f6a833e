"""The admin of rotations: one module per subject, each registers its models on import."""

from . import audit, duty, pager, rotations, time_off  # noqa: F401
