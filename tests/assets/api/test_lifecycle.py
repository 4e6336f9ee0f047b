"""The lifecycle over HTTP: exactly one transition per action [A5]."""

from datetime import UTC, datetime

import pytest

from assets.lifecycle import TRANSITIONS
from assets.vocabulary import Lifecycle
from tests.clients import Api, detail_of, read
from tests.factories.assets import make_asset

pytestmark = pytest.mark.django_db

# What the contract says, written down once more.
LEADS = {
    ("DRAFT", "commission"): "COMMISSIONING",
    ("COMMISSIONING", "go-live"): "LIVE",
    ("LIVE", "suspend"): "SUSPENDED",
    ("SUSPENDED", "resume"): "LIVE",
    ("LIVE", "decommission"): "DECOMMISSIONED",
}
ACTIONS = ("commission", "go-live", "suspend", "resume", "decommission")


@pytest.fixture
def api() -> Api:
    return Api.with_key()


@pytest.mark.parametrize("state", Lifecycle)
@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_makes_its_one_transition_and_is_409_from_anywhere_else(
    api: Api, state: Lifecycle, action: str
) -> None:
    asset = make_asset(state)
    answer = api.post(f"/assets/{asset.pk}/actions/{action}")
    after = read(api.get(f"/assets/{asset.pk}"))["lifecycle"]
    if leads_to := LEADS.get((state.value, action)):
        assert (answer.status_code, answer.content) == (204, b"")
        assert after == leads_to
    else:
        sentence = detail_of(answer, 409)
        [needed] = [start for (start, name) in LEADS if name == action]
        assert state.value in sentence
        assert needed in sentence
        assert asset.pk in sentence
        assert after == state.value


def test_the_actions_are_those_five() -> None:
    assert tuple(TRANSITIONS) == ACTIONS


@pytest.mark.parametrize("action", ["", "Commission", "GO-LIVE", "go_live", "delete", "commission/", "commission/x"])
def test_another_action_is_404(api: Api, action: str) -> None:
    asset = make_asset()
    assert api.post(f"/assets/{asset.pk}/actions/{action}").status_code == 404


@pytest.mark.parametrize("action", ACTIONS)
def test_an_unknown_asset_is_404(api: Api, action: str) -> None:
    assert "DE_50HZ_WU_9" in detail_of(api.post(f"/assets/DE_50HZ_WU_9/actions/{action}"), 404)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_is_not_read(api: Api, action: str) -> None:
    asset = make_asset()
    answer = api.get(f"/assets/{asset.pk}/actions/{action}")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_going_live_sets_the_date_to_today_where_there_is_none(api: Api) -> None:
    asset = make_asset(Lifecycle.COMMISSIONING)
    before = datetime.now(UTC).date()
    api.post(f"/assets/{asset.pk}/actions/go-live")
    found = read(api.get(f"/assets/{asset.pk}"))["go_live_date"]
    assert before.isoformat() <= found <= datetime.now(UTC).date().isoformat()


def test_going_live_keeps_a_date_that_was_given(api: Api) -> None:
    asset = make_asset(Lifecycle.COMMISSIONING)
    api.patch(f"/assets/{asset.pk}", {"go_live_date": "2020-02-29"})
    api.post(f"/assets/{asset.pk}/actions/go-live")
    assert read(api.get(f"/assets/{asset.pk}"))["go_live_date"] == "2020-02-29"


def test_no_other_action_touches_the_date(api: Api) -> None:
    asset = make_asset(Lifecycle.LIVE)
    api.patch(f"/assets/{asset.pk}", {"go_live_date": None})
    for action in ("suspend", "resume", "decommission"):
        api.post(f"/assets/{asset.pk}/actions/{action}")
        assert read(api.get(f"/assets/{asset.pk}"))["go_live_date"] is None


def test_a_transition_changes_updated_at_and_a_refused_one_does_not(api: Api) -> None:
    """[C10]"""
    asset = make_asset()
    before = read(api.get(f"/assets/{asset.pk}"))
    api.post(f"/assets/{asset.pk}/actions/resume")
    assert read(api.get(f"/assets/{asset.pk}")) == before
    api.post(f"/assets/{asset.pk}/actions/commission")
    after = read(api.get(f"/assets/{asset.pk}"))
    assert after["updated_at"] > before["updated_at"]
    assert after["created_at"] == before["created_at"]


@pytest.mark.parametrize("content", [b"", b"{}", b" { } "])
def test_an_action_takes_no_body_or_one_that_says_nothing(api: Api, content: bytes) -> None:
    asset = make_asset()
    assert api.send("POST", f"/assets/{asset.pk}/actions/commission", content=content).status_code == 204


@pytest.mark.parametrize("content", [b'{"force": true}', b"[]", b"null", b'"x"', b"{"])
def test_an_action_refuses_a_body_that_says_something(api: Api, content: bytes) -> None:
    """[C4]"""
    asset = make_asset()
    assert api.send("POST", f"/assets/{asset.pk}/actions/commission", content=content).status_code == 422
    assert read(api.get(f"/assets/{asset.pk}"))["lifecycle"] == "DRAFT"
