"""The lifecycle as the one function behind the API and the buttons [A5]."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from pytest_django import DjangoAssertNumQueries

from assets.history import changes_of
from assets.lifecycle import DELETABLE, TransitionNotOpenError, move, open_transitions
from assets.queries import UnknownAssetError
from assets.vocabulary import Lifecycle
from tests.factories.assets import ACTOR, NOW, make_asset
from tests.races import at_once

HANDS = 32


@pytest.mark.parametrize(
    ("state", "actions"),
    [
        (Lifecycle.DRAFT, ["commission"]),
        (Lifecycle.COMMISSIONING, ["go-live"]),
        (Lifecycle.LIVE, ["suspend", "decommission"]),
        (Lifecycle.SUSPENDED, ["resume"]),
        (Lifecycle.DECOMMISSIONED, []),
    ],
)
def test_a_state_offers_what_leads_out_of_it_and_nothing_else(state: Lifecycle, actions: list[str]) -> None:
    assert [transition.action for transition in open_transitions(state)] == actions


@pytest.mark.django_db
def test_the_day_of_going_live_is_that_of_utc() -> None:
    asset = make_asset(Lifecycle.COMMISSIONING)
    just_after_midnight = datetime(2026, 5, 2, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    assert move(asset_id=asset.pk, action="go-live", by=ACTOR, now=just_after_midnight).go_live_date == date(2026, 5, 1)


@pytest.mark.django_db
def test_the_asset_is_answered_as_it_is_then() -> None:
    later = NOW + timedelta(hours=1)
    moved = move(asset_id=make_asset().pk, action="commission", by=ACTOR, now=later)
    assert (moved.lifecycle, moved.updated_at) == (Lifecycle.COMMISSIONING, later)


@pytest.mark.django_db
def test_refusals_are_named() -> None:
    with pytest.raises(UnknownAssetError, match="DE_50HZ_WU_9"):
        move(asset_id="DE_50HZ_WU_9", action="commission", by=ACTOR, now=NOW)
    with pytest.raises(TransitionNotOpenError, match="is DRAFT; resume needs SUSPENDED"):
        move(asset_id=make_asset().pk, action="resume", by=ACTOR, now=NOW)


@pytest.mark.django_db
def test_a_move_is_one_statement_and_one_read(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    asset = make_asset()
    with django_assert_num_queries(4) as found:  # with the savepoint around them
        move(asset_id=asset.pk, action="commission", by=ACTOR, now=NOW)
    assert sum("UPDATE" in query["sql"] for query in found.captured_queries) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", [Lifecycle.DRAFT, Lifecycle.COMMISSIONING, Lifecycle.LIVE, Lifecycle.SUSPENDED])
def test_of_many_who_move_at_once_one_wins(state: Lifecycle) -> None:
    """[P7]: 10 of 20 won where the state was read before it was written."""
    asset = make_asset(state)
    action = open_transitions(state)[0].action

    def attempt() -> str:
        try:
            return move(asset_id=asset.pk, action=action, by=ACTOR, now=datetime.now(UTC)).lifecycle
        except TransitionNotOpenError:
            return "refused"

    before, _ = changes_of(asset_id=asset.pk, limit=100)
    outcomes = at_once(*[attempt] * HANDS)
    after, _ = changes_of(asset_id=asset.pk, limit=100)
    assert outcomes.count("refused") == HANDS - 1
    assert len(after) == len(before) + 1


@pytest.mark.django_db(transaction=True)
def test_of_two_ways_out_of_a_state_one_is_taken() -> None:
    asset = make_asset(Lifecycle.LIVE)

    def attempt(action: str) -> str:
        try:
            return move(asset_id=asset.pk, action=action, by=ACTOR, now=datetime.now(UTC)).lifecycle
        except TransitionNotOpenError:
            return "refused"

    outcomes = at_once(*[lambda: attempt("suspend"), lambda: attempt("decommission")] * 8)
    assert outcomes.count("refused") == 15
    asset.refresh_from_db()
    assert asset.lifecycle in outcomes


def test_what_was_never_built_and_what_is_gone_may_be_deleted() -> None:
    """[A4]"""
    assert set(DELETABLE) == {Lifecycle.DRAFT, Lifecycle.DECOMMISSIONED}
