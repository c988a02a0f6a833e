"""The entry point of the web server."""

import logging
import os

from django.core.wsgi import get_wsgi_application

from .environment import EXIT_NO_BOOT, one_clear_line
from .logs import HideTokens

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncall_portal.settings")
with one_clear_line(EXIT_NO_BOOT):
    application = get_wsgi_application()

# gunicorn keeps handlers of its own, which settings.LOGGING would take away; its access log is off by default
for name in ("gunicorn.access", "gunicorn.error"):
    logging.getLogger(name).addFilter(HideTokens())
