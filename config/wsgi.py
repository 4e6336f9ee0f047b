"""What the web server serves: `granian --interface wsgi config.wsgi:application`."""

import os

import django
from django.urls import get_resolver
from django.utils.module_loading import import_string

from config.desk.application import Application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django.setup(set_prefix=False)
application = import_string("partner.api.front.in_front_of")(Application())  # snapshots past Django, docs/adr/0019
get_resolver().url_patterns  # noqa: B018  loads every view now rather than in the first request
