"""What the web server serves: `granian --interface wsgi config.wsgi:application`."""

import os

import django
from django.urls import get_resolver
from django.utils.module_loading import import_string

from config.database.patience import process_is

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

process_is("web")
django.setup(set_prefix=False)
application = import_string("config.desk.serving.web_application")()  # loads models, which had to be set up first
get_resolver().url_patterns  # noqa: B018  loads every view now rather than in the first request
