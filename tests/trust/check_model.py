"""P8: the behaviour equals a model, at length."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Desk
from tests.trust.conftest import Promise, promises

RUNS, STEPS = 500, 50


@promises("P8")
@pytest.mark.django_db
def test_the_desk_is_what_dictionaries_would_be(promise: Promise) -> None:
    """Limits, forecasts, reservations, specs and state snapshots; one difference ends it."""
    done: Counter[str] = Counter()

    class Counted(Desk):
        """Counts what it did."""

        def teardown(self) -> None:
            super().teardown()
            done.update(runs=1, writes=self.step)

    chosen = settings(
        max_examples=RUNS, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
    )
    try:
        run_state_machine_as_test(Counted, settings=chosen)
    finally:
        promise(
            "P8",
            "the desk is what dictionaries would be",
            figure=f"{done['runs']} runs, {done['writes']} writes",
            target=f"{RUNS} runs of {STEPS} steps without a difference",
        )
    assert done["runs"] >= RUNS
