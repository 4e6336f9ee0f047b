"""The Celery application: `celery -A config.celery worker`. Tasks are found in each app's tasks.py."""

import os
import sys
from pathlib import Path

from celery import Celery

from config.database.patience import process_is

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# this is imported by every process; worker and beat are those that `celery` itself has started
if "celery" in (Path(sys.argv[0]).stem, Path(sys.argv[0]).parent.name):
    process_is("worker")
app = Celery("leitstand")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
