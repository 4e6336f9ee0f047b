"""The lifecycle buttons on an asset's page [A5]."""

import re

import pytest
from django.test import Client

from assets.history import changes_of
from assets.lifecycle import TRANSITIONS, move, open_transitions
from assets.models import Asset
from assets.vocabulary import Lifecycle
from config.embedded import BASE_DIR
from tests.back_office import page_of, said, text_of
from tests.factories.assets import NOW, make_asset
from tests.factories.operators import desk_of, make_operator, make_superuser

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


def buttons_on(client: Client, asset: Asset) -> list[str]:
    """The actions that the asset's page posts to, in the order of their buttons."""
    return re.findall(r'action="[^"]*/move/([a-z-]+)/"', text_of(client.get(page_of(asset))))


@pytest.mark.parametrize("state", Lifecycle)
def test_a_page_offers_what_is_open_in_the_state_and_nothing_else(desk: Client, state: Lifecycle) -> None:
    asset = make_asset(state)

    assert buttons_on(desk, asset) == [transition.action for transition in open_transitions(state)]


def test_a_suspended_asset_offers_only_resume(desk: Client) -> None:
    assert buttons_on(desk, make_asset(Lifecycle.SUSPENDED)) == ["resume"]


def test_a_button_asks_first_and_says_what_will_happen(desk: Client) -> None:
    text = text_of(desk.get(page_of(make_asset())))

    assert 'popovertarget="confirm-commission"' in text
    assert str(TRANSITIONS["commission"].meaning) in " ".join(text.split())


@pytest.mark.parametrize("action", TRANSITIONS)
def test_a_button_moves_the_asset_and_leads_back_to_its_page(desk: Client, action: str) -> None:
    transition = TRANSITIONS[action]
    asset = make_asset(transition.needs)

    answer = desk.post(page_of(asset, f"move/{action}"))

    asset.refresh_from_db()
    assert asset.lifecycle == transition.leads_to
    assert answer["Location"] == page_of(asset)
    assert said(desk, answer) == [f"{transition.label}: {asset.pk} is now {transition.leads_to.label}."]


def test_a_move_is_in_the_trail_with_operator_and_request(desk: Client) -> None:
    """[A7] [C15]"""
    asset = make_asset()

    desk.post(page_of(asset, "move/commission"))

    (newest, *_), _more = changes_of(asset_id=asset.pk, limit=1)
    assert (newest.actor, newest.request_id) == ("user:anna", "request-of-the-test")
    assert (newest.before, newest.after) == ({"lifecycle": "DRAFT"}, {"lifecycle": "COMMISSIONING"})


def test_a_move_that_somebody_else_was_faster_with_is_refused_with_a_message(desk: Client) -> None:
    asset = make_asset()
    move(asset_id=asset.pk, action="commission", by="user:olga", now=NOW)

    answer = desk.post(page_of(asset, "move/commission"))

    assert said(desk, answer) == ["Asset DE_50HZ_WU_1 is COMMISSIONING; commission needs DRAFT."]


def test_the_way_back_keeps_the_list_that_the_operator_came_from(desk: Client) -> None:
    asset = make_asset()

    answer = desk.post(f"{page_of(asset, 'move/commission')}?_changelist_filters=lifecycle__exact%3DDRAFT")

    assert answer["Location"].endswith("?_changelist_filters=lifecycle__exact%3DDRAFT")


def test_a_move_is_posted_and_never_got(desk: Client) -> None:
    asset = make_asset()

    answer = desk.get(page_of(asset, "move/commission"))

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_an_unknown_action_is_not_found(desk: Client) -> None:
    assert desk.post(page_of(make_asset(), "move/explode")).status_code == 404


def test_an_unknown_asset_leads_home_with_a_message(desk: Client) -> None:
    answer = desk.post("/admin/assets/asset/nosuch/move/commission/")

    assert answer["Location"] == "/admin/"


def test_a_move_without_its_csrf_token_is_refused() -> None:
    asset = make_asset()

    assert desk_of(make_superuser(), csrf=True).post(page_of(asset, "move/commission")).status_code == 403


def test_who_is_not_logged_in_is_sent_to_the_login(client: Client) -> None:
    answer = client.post(page_of(make_asset(), "move/commission"))

    assert answer["Location"].startswith("/admin/login/")


def test_who_may_only_view_sees_no_button_and_cannot_press_one() -> None:
    asset = make_asset()
    desk = desk_of(make_operator("assets.view_asset"))

    assert buttons_on(desk, asset) == []
    assert desk.post(page_of(asset, "move/commission")).status_code == 403
    assert Asset.objects.get().lifecycle == Lifecycle.DRAFT


def test_the_operators_guide_has_the_transition_table() -> None:
    guide = (BASE_DIR / "docs" / "operators.md").read_text()
    rows = re.findall(r"^\| ([A-Z][a-z ]+) \| ([A-Z][a-z]+) \| ([A-Z][a-z]+) \| (.+) \|$", guide, re.MULTILINE)

    table = [(one.label, one.needs.label, one.leads_to.label, one.meaning) for one in TRANSITIONS.values()]
    assert rows == [("Button", "From", "To", "What it means"), *table]
