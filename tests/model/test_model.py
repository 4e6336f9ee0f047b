"""The desk behaves as dictionaries would: limits, forecasts, reservations, specs and state snapshots (P8)."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Desk

RUNS, STEPS = 50, 15


@pytest.mark.django_db
def test_the_desk_is_what_dictionaries_would_be() -> None:
    """Whatever clients write and read, in whatever order. `make trust` does so ten times as long."""
    chosen = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Desk, settings=chosen)
