"""The admin of rotations."""

from . import admin_pager  # noqa: F401 - registers its models
