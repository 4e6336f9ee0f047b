"""The Celery application: `celery -A config.celery worker`. Tasks are found in each app's tasks.py."""

import os

from celery import Celery

from config.database.patience import process_is

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

process_is("worker")
app = Celery("leitstand")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
