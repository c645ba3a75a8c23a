"""All settings, from the environment, each with a working default; a wrong one stops the start."""

from __future__ import annotations

import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def _home() -> Path:
    home = Path(env("WAVEBOOK_HOME", default=str(BASE_DIR / "var"))).expanduser().resolve()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"WAVEBOOK_HOME={home} cannot be used: {error.strerror}.") from None
    return home


def _secret_key(home: Path) -> str:
    if given := env("WAVEBOOK_SECRET_KEY", default=""):
        return str(given)
    kept = home / "secret_key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48))
    return kept.read_text()


WAVEBOOK_HOME = _home()
WAVEBOOK_STORE = env("WAVEBOOK_STORE_URL", default="") or WAVEBOOK_HOME.joinpath("store").as_uri()
if not str(WAVEBOOK_STORE).startswith("file://"):
    raise ImproperlyConfigured("WAVEBOOK_STORE_URL: only file:// addresses are supported in this version.")
WAVEBOOK_TMP = WAVEBOOK_HOME / "tmp"
WAVEBOOK_TMP.mkdir(mode=0o700, exist_ok=True)
WAVEBOOK_BROKER_URL = env("WAVEBOOK_BROKER_URL", default="")
WAVEBOOK_MAX_UPLOAD = env.int("WAVEBOOK_MAX_UPLOAD", default=2 * 1024**3)
WAVEBOOK_IMPORT_MEMORY = env.int("WAVEBOOK_IMPORT_MEMORY", default=0)  # MB per import; 0: by file size

SECRET_KEY = _secret_key(WAVEBOOK_HOME)
DEBUG = env.bool("WAVEBOOK_DEBUG", default=False)
ALLOWED_HOSTS = env.list("WAVEBOOK_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("WAVEBOOK_HTTPS", default=False)
CSRF_TRUSTED_ORIGINS = env.list("WAVEBOOK_TRUSTED_ORIGINS", default=[])

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
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{WAVEBOOK_HOME / 'wavebook.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = _SQLITE
ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = env("WAVEBOOK_LANGUAGE", default="en")
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]
if LANGUAGE_CODE not in dict(LANGUAGES):
    raise ImproperlyConfigured(f"WAVEBOOK_LANGUAGE={LANGUAGE_CODE}: choose en or zh-hans.")
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = WAVEBOOK_HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)
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
    "root": {"handlers": ["stderr"], "level": env("WAVEBOOK_LOG_LEVEL", default="WARNING")},
}
