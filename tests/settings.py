"""The portal's own settings, with what a test needs: a key, fast passwords, mail in memory."""

import os

os.environ.setdefault("SECRET_KEY", "tests-only")

from oncall_portal.settings import *  # noqa: F403

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
