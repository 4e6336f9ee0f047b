"""Leitstand's settings: one twelve-factor file, read by its headings.

Everything that differs between machines comes from the environment; docs/deployment.md lists the variables.
"""

from datetime import timedelta

import dj_database_url
import pghistory
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from config import embedded
from config.admin.colours import PETROL
from config.database import patience
from config.environment import given, listed, load_without, secret_key

BASE_DIR = embedded.BASE_DIR
DATA_DIR = embedded.data_dir()
VERSION = "0.1.0"

# --- Security -------------------------------------------------------------------------------------------------------
SECRET_KEY = secret_key(DATA_DIR)
KEY_PEPPER = given("LEITSTAND_KEY_PEPPER", SECRET_KEY)  # what API keys are hashed with
DEBUG = False
ALLOWED_HOSTS = listed("LEITSTAND_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
METRICS_TOKEN = given("LEITSTAND_METRICS_TOKEN")  # what /metrics asks for; empty: only this machine
CSRF_FAILURE_VIEW = "config.desk.refusals.csrf_failure"
CSRF_TRUSTED_ORIGINS = listed("LEITSTAND_TRUSTED_ORIGINS", "")
HTTPS = given("LEITSTAND_HTTPS") == "1"  # set behind a proxy that terminates TLS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY = HTTPS  # the proxy's X-Forwarded-For then says where a request comes from
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # so that nobody locks out a colleague from elsewhere
AXES_LOCKOUT_CALLABLE = "config.admin.login.locked_out"
AXES_CLIENT_IP_CALLABLE = "config.admin.login.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False  # config/desk/admin/accounts.py shows what is locked
AXES_VERBOSE = False
OTP_TOTP_ISSUER = "Leitstand"
# The back office. Alpine, which its theme is written in, evaluates the expressions in the pages' attributes, and HTMX
# and the theme write styles into the page (docs/adr/0013): no script but ours and theirs is ever run.
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/api", "/partner", "/health", "/metrics", "/static"),
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# --- Applications ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "config.admin.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "axes",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "config.api",
    "config.desk",
    "assets",
    "sites",
    "markets",
    "partner",
]
MIDDLEWARE = [
    "config.api.request_id.RequestIdMiddleware",
    "config.api.empty_answers.EmptyAnswerMiddleware",
    "config.api.browser_features.BrowserFeaturesMiddleware",
    "config.desk.languages.language_and_zone",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "config.api.audit.AuditMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False  # a path with a slash too many is 404, never a redirect that loses a body [C1]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- Database -------------------------------------------------------------------------------------------------------
DATABASES = {
    "default": dj_database_url.parse(
        given("DATABASE_URL") or embedded.database_url(DATA_DIR),
        conn_max_age=300,
        conn_health_checks=True,
        disable_server_side_cursors=True,  # they outlive a transaction, which a pooler's connection does not
    )
}
DATABASES["default"]["OPTIONS"] = patience.parameters_before(DATABASES["default"].get("OPTIONS", {}))
DATABASES["default"]["TEST"] = {"NAME": given("LEITSTAND_TEST_DB") or None}  # None: test_ and the database's name
if REPLICA_URL := given("DATABASE_REPLICA_URL"):  # config/database/replica.py
    DATABASES["replica"] = dj_database_url.parse(REPLICA_URL, conn_max_age=300)
    DATABASES["replica"]["OPTIONS"] = {**DATABASES["default"]["OPTIONS"], "connect_timeout": 2}
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis and Celery -----------------------------------------------------------------------------------------------
REDIS_URL = given("REDIS_URL") or embedded.redis_url(DATA_DIR)
CELERY_BROKER_URL = embedded.broker_url(REDIS_URL)
# A frozen Redis is an error after so long; what a dead worker had in hand is another's after the longest task's time.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 10, "socket_connect_timeout": 5, "visibility_timeout": 600}
CELERY_BEAT_SCHEDULER = "config.desk.beat:GuardedScheduler"
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = None  # there are none, so beat schedules nothing that clears them away
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # what one worker cannot begin yet, another may
CELERY_TASK_DEFAULT_QUEUE = "leitstand"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
DJANGO_CELERY_BEAT_TZ_AWARE = True

# --- Time and language ----------------------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
# Both are those of the APIs and of what is stored; config/desk/languages.py has the back office's (docs/adr/0021).
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("pl", "Polski")]
LANGUAGE_COOKIE_NAME = "leitstand_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_PATH = "/admin"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "config" / "desk" / "locale"]  # first of all, so that it speaks for the theme too
FORMAT_MODULE_PATH = "config.admin.formats"

# --- Static files ---------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # straight out of the packages: nothing to collect before a start

# --- The APIs -------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "partner.api.authentication.ApiKeyAuthentication",
        "config.api.access.OperatorSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["config.api.access.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["config.api.rate_limit.KeyRateThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.api.bodies.Unread"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "config.api.negotiation.QualityNegotiation",
    "DEFAULT_SCHEMA_CLASS": "config.api.schema.EndpointSchema",
    "EXCEPTION_HANDLER": "config.api.errors.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024  # of forms too; the APIs answer 413 before it comes to this [B1]
SPECTACULAR_SETTINGS = {
    "TITLE": "Leitstand",
    "DESCRIPTION": "The Asset Service API (`/api/v1`) and the Partner API (`/partner`) of Leitstand.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "COMPONENT_SPLIT_PATCH": False,
    "SCHEMA_PATH_PREFIX": "",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": ["config.api.components.add_components"],
    "SORT_OPERATIONS": False,
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
}

# --- Back office ----------------------------------------------------------------------------------------------------
ENVIRONMENT = given("LEITSTAND_ENVIRONMENT")  # a label on each page, such as Production or Training
SESSION_ENGINE = "config.admin.sessions"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
UNFOLD = {
    "SITE_TITLE": "Leitstand",
    "SITE_HEADER": "Leitstand",
    "SITE_SUBHEADER": _("Control desk"),
    "SITE_SYMBOL": "bolt",
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "SHOW_LANGUAGES": True,
    "ENVIRONMENT": "config.desk.navigation.environment",
    "DASHBOARD_CALLBACK": "config.desk.home.panels",
    "STYLES": [lambda _request: static("desk/desk.css")],
    "SCRIPTS": [lambda _request: static("desk/widgets.js"), lambda _request: static("desk/keyboard.js")],
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("desk/favicon.svg")},
    ],
    "SIDEBAR": {"navigation": "config.desk.navigation.sidebar"},
    "ACCOUNT": {"navigation": "config.desk.navigation.account"},
    "COLORS": {"primary": PETROL},
}

# --- Audit ----------------------------------------------------------------------------------------------------------
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()  # actor and request id stand in the event's own row
PGHISTORY_APPEND_ONLY = True  # the trail is written by triggers and changed by nobody
PGHISTORY_CREATED_AT_FUNCTION = "clock_timestamp()"

# --- The demo fleet -------------------------------------------------------------------------------------------------
DEMO = given("LEITSTAND_DEMO") != "0"  # seeded once, into a database that holds nothing else

# --- Who watches ----------------------------------------------------------------------------------------------------
# Each is switched on by its variable; the code for it is not even loaded where that is empty (config/desk/apps.py).
SENTRY_DSN = given("SENTRY_DSN")
OTLP_ENDPOINT = given("OTEL_EXPORTER_OTLP_ENDPOINT")
OTLP_SERVICE_NAME = given("OTEL_SERVICE_NAME")
if not OTLP_ENDPOINT:
    load_without("opentelemetry", wanted_by="redis")  # it would load it wherever it is installed, used or not

# --- Logging --------------------------------------------------------------------------------------------------------
LOG_FORMAT = "json" if given("LEITSTAND_LOG_FORMAT") == "json" else "line"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "config.api.request_id.RequestIdFilter"},
        "secrets": {"()": "config.api.log_secrets.SecretsFilter"},
    },
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "{asctime}{levelname}{name}{request_id}{message}",
            "style": "{",
            "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"},
        },
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["request_id", "secrets"]}
    },
    "root": {"handlers": ["stderr"], "level": given("LEITSTAND_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
        # whoever sends a foreign Host gets his 400; the log has its line as of any request, and no traceback
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
