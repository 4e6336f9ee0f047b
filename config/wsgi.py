"""What the web server serves: `granian --interface wsgi config.wsgi:application`."""

import os

import django
from django.urls import get_resolver

from config.desk.application import Application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django.setup(set_prefix=False)
application = Application()
get_resolver().url_patterns  # noqa: B018  loads every view now rather than in the first request
