"""Wiring of the roof."""

import sqlite3

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string

from . import checks  # noqa: F401  (system checks register themselves on import)


class PortalAdminConfig(AdminConfig):
    default_site = "oncall_portal.admin_site.PortalAdminSite"


class PortalConfig(AppConfig):
    name = "oncall_portal"
    verbose_name = "On-call portal"

    def ready(self) -> None:
        # The receiver needs models, which are not loaded when this module is; the incidents app is the last that
        # has some, so that its signal comes when all permissions are there.
        connection_created.connect(ask_how_much_fits)
        post_migrate.connect(import_string("oncall_portal.groups.give_rights"), sender=apps.get_app_config("incidents"))


def ask_how_much_fits(connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    """Let SQLite take as many values in a statement as it was built for; Django knows only its oldest limit, 999, and
    parts what is written at once into many statements."""
    if connection.vendor == "sqlite":
        connection.features.max_query_params = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
