"""The portal's own settings as .env.example gives them, with what a test needs: fast passwords, mail in memory.

Nothing of the developer's shell or .env reaches the tests, but TEST_DATABASE_URL.
"""

import os
import tempfile
from pathlib import Path

from oncall_portal.environment import Environment

Environment.read_env(Path(__file__).parent.parent / ".env.example", overwrite=True)
os.environ["SECRET_KEY"] = "tests-only"
# never the developer's own file, not even by mistake
FILE = f"{tempfile.gettempdir()}/oncall-tests-{os.getpid()}.sqlite3"
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{FILE}"

from oncall_portal.settings import *  # noqa: E402, F403
from oncall_portal.settings import DATABASES  # noqa: E402

DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PUBLIC_URL = "http://testserver"
HTTPS = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# static files straight from their folders, as no `collectstatic` ran
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as the portal has: in memory, writers in two threads fail at once instead of queueing up for the lock.
    DATABASES["default"]["TEST"] = {"NAME": FILE}
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
else:
    # No connection outlives its test: PostgreSQL refuses to drop a database somebody is connected to.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
