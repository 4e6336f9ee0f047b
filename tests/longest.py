"""The order of the files: the longest come first, so that no process is left with one when the others have ended.

pytest-xdist deals out whole files (`--dist loadfile`), in the order in which they come (`--no-loadscope-reorder`; by
itself it goes by how many tests a file has, and some that start servers have few). Those that drive a browser keep
their place: an event loop then runs in the process to its end.
"""

from typing import Final

import pytest

# What takes more than ten seconds, by `pytest --durations=0`.
LONGEST: Final = (
    "contract/test_hostile_requests.py",
    "desk/test_run.py",
    "contract/test_every_operation.py",
    "desk/test_several.py",
    "config/test_migrations.py",
    "config/test_wire.py",
    "contract/test_schemathesis.py",
    "deploy/test_pgbouncer.py",
    "desk/test_role_matrix.py",
    "config/test_migrations_with_data.py",
    "deploy/test_units.py",
    "config/test_admin_hostile.py",
    "config/database/test_patience.py",
    "deploy/test_replica.py",
    "desk/test_no_english_left.py",
    "model/test_model.py",
    "config/test_watching.py",
    "contract/test_costly_headers.py",
)
PLACES: Final = {f"tests/{name}": place for place, name in enumerate(LONGEST)}


def longest_first(items: list[pytest.Item]) -> None:
    """Sort tests so; all others stay as they are."""
    items.sort(key=lambda item: PLACES.get(item.nodeid.partition("::")[0], len(PLACES)))
