"""Leitstand's settings, with the textbook's one endpoint and no middleware."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.textbook.endpoint"
MIDDLEWARE = []
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
}
