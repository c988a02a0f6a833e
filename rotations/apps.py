"""Wiring of the app."""

from importlib import import_module

from django.apps import AppConfig


class RotationsConfig(AppConfig):
    name = "rotations"
    verbose_name = "Rotations"

    def ready(self) -> None:
        import_module("rotations.rights")  # predicates register themselves on import
