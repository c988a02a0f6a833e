"""The entry point of the web server."""

import os

from django.core.wsgi import get_wsgi_application

from .environment import EXIT_NO_BOOT, one_clear_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncall_portal.settings")
with one_clear_line(EXIT_NO_BOOT):
    application = get_wsgi_application()
