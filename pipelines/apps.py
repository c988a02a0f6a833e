"""Wiring of the app."""

from importlib import import_module

from django.apps import AppConfig


class PipelinesConfig(AppConfig):
    name = "pipelines"
    verbose_name = "Catalogue"

    def ready(self) -> None:
        import_module("pipelines.rights")  # predicates register themselves on import
