"""All settings, from the environment, each with a working default; a wrong one stops the start."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from config.environment import LEVELS, Given
from measures.core.masters import EMBEDDED, ENGINES, LOCAL

BASE_DIR = Path(__file__).resolve().parent.parent
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]

given = Given(os.environ)
WAVEBOOK_HOME = given.folder("WAVEBOOK_HOME", BASE_DIR / "var", inside={"tmp": 0o700, "static": 0o755})
WAVEBOOK_STORE = given.store("WAVEBOOK_STORE_URL", WAVEBOOK_HOME.joinpath("store").as_uri())
WAVEBOOK_TMP = WAVEBOOK_HOME / "tmp"
WAVEBOOK_BROKER_URL = given.broker("WAVEBOOK_BROKER_URL")
WAVEBOOK_MAX_UPLOAD = given.number("WAVEBOOK_MAX_UPLOAD", 2 * 1024**3, least=1, most=10**15, unit="bytes")
WAVEBOOK_IMPORT_MEMORY = given.number(  # per import; 0: by file size
    "WAVEBOOK_IMPORT_MEMORY", 0, least=0, most=10**9, unit="megabytes"
)
WAVEBOOK_ENGINE = given.one_of("WAVEBOOK_ENGINE", EMBEDDED, ENGINES)
WAVEBOOK_SPARK_MASTER = given.master("WAVEBOOK_SPARK_MASTER", LOCAL)
DEBUG = given.yes("WAVEBOOK_DEBUG")
ALLOWED_HOSTS = given.hosts("WAVEBOOK_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = given.yes("WAVEBOOK_HTTPS")
CSRF_TRUSTED_ORIGINS = given.origins("WAVEBOOK_TRUSTED_ORIGINS")
DATABASES = {"default": given.database("DATABASE_URL", WAVEBOOK_HOME / "wavebook.sqlite3")}
LANGUAGE_CODE = given.one_of("WAVEBOOK_LANGUAGE", "en", dict(LANGUAGES))
LOG_LEVEL = given.one_of("WAVEBOOK_LOG_LEVEL", "WARNING", LEVELS)
given.stop_if_wrong()


def _secret_key(home: Path) -> str:
    if key := given.text("WAVEBOOK_SECRET_KEY"):
        return key
    kept = home / "secret_key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48))
    return kept.read_text()


SECRET_KEY = _secret_key(WAVEBOOK_HOME)

INSTALLED_APPS = [
    "surveys",
    "measures",
    "analytics",
    "unfold",
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "config.apps.WavebookConfig",
]
AUTH_USER_MODEL = "surveys.User"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.headers.ContentPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.problems.ProblemMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = _SQLITE
ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = WAVEBOOK_HOME / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 12 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
FILE_UPLOAD_TEMP_DIR = WAVEBOOK_TMP
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],  # rights: visible_to and policies
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 100,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "config.problems.api_problem",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Wavebook",
    "DESCRIPTION": "Studies, waves, codebooks, measures, datasets, runs and downloads.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
KNOX_TOKEN_MODEL = "knox.AuthToken"
REST_KNOX = {"TOKEN_TTL": None, "AUTH_HEADER_PREFIX": "Token"}

_TEAL = (97, 93, 87, 78, 66, 55, 44, 38, 32, 27, 20)  # lightness of the site's accent, 50 to 950
_SHADES = (50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 950)
UNFOLD = {
    "SITE_TITLE": "Wavebook",
    "SITE_HEADER": "Wavebook",
    "SITE_URL": "/",
    "COLORS": {
        "primary": {
            str(shade): f"oklch({light}% .07 207)" for shade, light in zip(_SHADES, _TEAL, strict=True)
        }
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}
