"""Every setting of the portal, in reading order; each environment variable is explained in .env.example."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from .environment import Environment

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"

env = Environment()
Environment.read_env(ROOT / ".env")

# --- what this installation is
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
PORT = env.port("PORT", default=8000)
BIND = env.str("BIND", default="127.0.0.1")
# The only source of absolute links: a Host header is whatever a stranger says it is.
PUBLIC_URL = env.web_address("PUBLIC_URL", default=f"http://localhost:{PORT}")
HTTPS = urlsplit(PUBLIC_URL).scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or sorted(
    {urlsplit(PUBLIC_URL).hostname or "localhost"} | (set() if HTTPS else {"localhost", "127.0.0.1", "[::1]"})
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- apps: the roof last, as it may import all others
INSTALLED_APPS = [
    "oncall_portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_tables2",
    "django_tasks",
    "django_tasks_db",
    "rules",
    "simple_history",
    "timezone_field",
    "pipelines",
    "rotations",
    "incidents",
    "oncall_portal.apps.PortalConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "oncall_portal.middleware.OddRequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pipelines.middleware.SignInMiddleware",
    "pipelines.middleware.ReaderTimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "oncall_portal.urls"
WSGI_APPLICATION = "oncall_portal.wsgi.application"

# --- database: one file by default, PostgreSQL by DATABASE_URL
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DEFAULT_DATABASE_URL = f"sqlite:///{VAR / 'portal.sqlite3'}"
DATABASES = {"default": env.database("DATABASE_URL", default=DEFAULT_DATABASE_URL)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Writers queue up for the lock instead of failing: a transaction takes it when it begins.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# --- who signs in
AUTH_USER_MODEL = "pipelines.Engineer"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "now"
ACCOUNT_ADAPTER = "oncall_portal.accounts.ClosedAccountAdapter"
ACCOUNT_FORMS = {"login": "oncall_portal.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)

# --- pages
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["pipelines.templatetags.portal"],
        },
    }
]
# A row goes back to a former state only by the verb that leads there.
SIMPLE_HISTORY_REVERT_DISABLED = True
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "tables/table.html"
STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- language and time: UTC inside, the reader's zone on pages
LANGUAGE_CODE = "en-gb"
USE_I18N = True
# en-gb as Django has it says "1:43 a.m."
FORMAT_MODULE_PATH = "oncall_portal.formats"
TIME_ZONE = "UTC"
USE_TZ = True
TEAM_TIME_ZONE = env.zone("TEAM_TIME_ZONE", default="UTC")

# --- safety
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
SECURE_REDIRECT_EXEMPT = [r"^healthz", r"^readyz"]
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"

# --- mail: to files until an operator says where
EMAIL_FILE_PATH = VAR / "mail"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", default="oncall@localhost")
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
vars().update(env.mail("EMAIL_URL"))

# --- background work
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- the standing audit
# After so many days without a review a runbook is a finding; 0 never asks for one.
RUNBOOK_REVIEW_DAYS = env.int("RUNBOOK_REVIEW_DAYS", default=180)
# Whose pipelines must have a runbook.
RUNBOOK_AUDIENCES = env.list("RUNBOOK_AUDIENCES", default=["investors"])

# --- the reference team: into the default SQLite file without users ("auto"), always ("1") or never ("0")
SEED = env.one_of("SEED", ("auto", "1", "0"), default="auto")
SEED_ENGINEER_PASSWORD = env.str("SEED_ENGINEER_PASSWORD", default="")
SEED_MANAGER_PASSWORD = env.str("SEED_MANAGER_PASSWORD", default="")

# --- logs: no bodies, no tokens
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"hide_tokens": {"()": "oncall_portal.logs.HideTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["hide_tokens"]}},
    "loggers": {
        # Django's own handlers, of which one hides nothing, give way to ours
        "django": {"level": "NOTSET"},
        # these name addresses, and have or may get handlers of their own
        "django.request": {"filters": ["hide_tokens"]},
        "django.server": {"handlers": ["console"], "filters": ["hide_tokens"], "level": "INFO", "propagate": False},
    },
    "root": {"handlers": ["console"], "level": env.one_of("LOG_LEVEL", LEVELS, default="WARNING")},
}
