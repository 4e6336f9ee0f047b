#!/usr/bin/env python
"""Leitstand's command line: `manage.py help` lists the commands."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError

from config.database.patience import process_is
from config.embedded import data_dir, postgres


def main() -> None:
    """Run a command; say in a sentence when the desk whose database it needs is not there."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if "ingest_events" in sys.argv[1:2]:
        process_is("worker")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError:
        if os.environ.get("DATABASE_URL") or postgres.answers(data_dir()):
            raise
        sys.exit(f"No desk is running on {data_dir()}: start it with `make run`, or set DATABASE_URL.")
    except PermissionError as error:
        if not str(error.filename).startswith(str(data_dir())):
            raise
        sys.exit(f"{error.filename} belongs to another user: be that user, or set LEITSTAND_DATA_DIR.")


if __name__ == "__main__":
    main()
