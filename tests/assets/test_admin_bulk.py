"""Acting on many assets at once: each goes through the operation, and each refusal is told."""

from typing import Any

import pytest
from django.test import Client

from assets.history import changes_of
from assets.lifecycle import TRANSITIONS
from assets.models import Asset, StatusEntry
from assets.vocabulary import Lifecycle, Status
from config.admin.bulk import MOST_AT_ONCE
from tests.back_office import said, text_of
from tests.factories.assets import make_asset
from tests.factories.operators import desk_of, make_operator, make_superuser

pytestmark = pytest.mark.django_db

LIST = "/admin/assets/asset/"
FAULT = {"status": "FAULT", "category": "TECHNICAL", "detail": "Line 4 tripped"}


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


def chosen(action: str, *assets: Asset | str, **fields: str) -> dict[str, Any]:
    keys = [asset if isinstance(asset, str) else asset.pk for asset in assets]
    return {"action": action, "_selected_action": keys, **fields}


def actions_of(client: Client) -> list[str]:
    form = client.get(LIST).context["action_form"]
    return [name for name, _label in form.fields["action"].choices if name] if form else []


def test_the_actions_are_the_transitions_a_status_deletion_and_the_way_to_the_limits(desk: Client) -> None:
    make_asset()

    assert actions_of(desk) == [*TRANSITIONS, "set-status", "delete", "limits"]


def test_it_asks_first_and_tells_what_would_be_refused(desk: Client) -> None:
    draft, live = make_asset(), make_asset(Lifecycle.LIVE)

    answer = desk.post(LIST, chosen("commission", draft, live, index="0"))

    assert [asset.pk for asset in answer.context["open"]] == [draft.pk]
    assert [(asset.pk, why) for asset, why in answer.context["refused"]] == [
        (live.pk, "is Live; Commission needs Draft")
    ]
    assert Asset.objects.get(pk=draft.pk).lifecycle == Lifecycle.DRAFT


def test_it_does_what_it_can_and_says_what_was_refused_and_why(desk: Client) -> None:
    draft, live = make_asset(), make_asset(Lifecycle.LIVE)

    answer = desk.post(LIST, chosen("commission", draft, live, "DE_50HZ_GONE_1", confirmed="yes"))

    done, refused = said(desk, answer)
    assert done == "Commission: done for 1 of 3."
    assert "Commission: refused for 2 of 3." in refused
    assert "<li>Asset DE_50HZ_WU_2 is LIVE; commission needs DRAFT." in refused
    assert "<li>Unknown asset: DE_50HZ_GONE_1." in refused
    assert Asset.objects.get(pk=draft.pk).lifecycle == Lifecycle.COMMISSIONING


def test_each_change_is_in_the_trail_with_operator_and_request(desk: Client) -> None:
    """[A7] [C15]"""
    assets = [make_asset(), make_asset()]

    desk.post(LIST, chosen("commission", *assets, confirmed="yes"))

    newest = [changes_of(asset_id=asset.pk, limit=1)[0][0] for asset in assets]
    assert {(one.actor, one.request_id) for one in newest} == {("user:anna", "request-of-the-test")}


def test_deletion_goes_the_same_way(desk: Client) -> None:
    """[A4]"""
    draft, live = make_asset(), make_asset(Lifecycle.LIVE)

    answer = desk.post(LIST, chosen("delete", draft, live, confirmed="yes"))

    done, refused = said(desk, answer)
    assert done == "Delete: done for 1 of 2."
    assert "only DRAFT or DECOMMISSIONED can be deleted" in refused
    assert [asset.pk for asset in Asset.objects.all()] == [live.pk]


def test_a_status_is_asked_for_before_it_is_set(desk: Client) -> None:
    """[S2]"""
    assets = [make_asset(), make_asset()]

    answer = desk.post(LIST, chosen("set-status", *assets, index="0"))

    assert list(answer.context["form"].fields) == ["status", "category", "detail"]
    assert answer.context["form"].errors == {}
    assert "Set status (2)" in " ".join(text_of(answer).split())
    assert StatusEntry.objects.filter(status=Status.FAULT).count() == 0


def test_a_status_with_its_reason_is_set_for_each_that_there_is(desk: Client) -> None:
    """[S2] [C15]"""
    assets = [make_asset(), make_asset()]

    answer = desk.post(LIST, chosen("set-status", *assets, "DE_50HZ_GONE_1", confirmed="yes", **FAULT))

    done, refused = said(desk, answer)
    assert done == "Set status: done for 2 of 3."
    assert "<li>Unknown asset: DE_50HZ_GONE_1." in refused
    reason = {"category": "TECHNICAL", "detail": "Line 4 tripped", "source": "user:anna"}
    attributes = {"request_id": "request-of-the-test"}
    for asset in assets:
        newest = StatusEntry.objects.filter(asset=asset).latest("effective_at")
        assert (newest.status, newest.reasons) == (Status.FAULT, [{**reason, "attributes": attributes}])


def test_a_status_without_its_reason_is_asked_for_again_and_nothing_set(desk: Client) -> None:
    asset = make_asset()

    answer = desk.post(
        LIST, chosen("set-status", asset, confirmed="yes", status="FAULT", category="", detail="x" * 201)
    )

    assert answer.context["form"].errors == {
        "category": ["This field is required."],
        "detail": ["Ensure this value has at most 200 characters (it has 201)."],
    }
    assert [record.pk for record in answer.context["records"]] == [asset.pk]
    assert StatusEntry.objects.filter(status=Status.FAULT).count() == 0


def test_who_may_not_set_a_status_does_not_set_many() -> None:
    asset = make_asset()
    otto = desk_of(make_operator("assets.view_asset", "assets.change_asset", name="otto"))

    otto.post(LIST, chosen("set-status", asset, confirmed="yes", **FAULT))

    assert StatusEntry.objects.filter(status=Status.FAULT).count() == 0


def test_what_a_key_is_called_is_not_taken_for_markup(desk: Client) -> None:
    answer = desk.post(LIST, chosen("commission", "<script>alert(1)</script>", confirmed="yes"))

    (refused,) = said(desk, answer)
    assert "<script>" not in refused


def test_the_whole_filtered_list_can_be_chosen(desk: Client) -> None:
    assets = [make_asset(), make_asset()]
    make_asset(Lifecycle.LIVE)

    answer = desk.post(f"{LIST}?lifecycle__exact=DRAFT", chosen("commission", assets[0], select_across="1", index="0"))

    assert [asset.pk for asset in answer.context["records"]] == [asset.pk for asset in assets]


def test_too_many_at_once_are_refused(desk: Client) -> None:
    keys = [f"DE_50HZ_X_{number}" for number in range(MOST_AT_ONCE + 1)]

    answer = desk.post(LIST, chosen("commission", *keys, confirmed="yes"))

    assert said(desk, answer) == ["At most 500 at once; narrow the list by its filters. Nothing was changed."]


def test_nothing_goes_past_the_operations(desk: Client) -> None:
    asset = make_asset(Lifecycle.LIVE)

    desk.post(LIST, chosen("delete_selected", asset, index="0", post="yes"))

    assert Asset.objects.filter(pk=asset.pk).exists()


@pytest.mark.parametrize(
    ("permissions", "actions"),
    [
        (("assets.view_asset",), []),
        (("assets.view_asset", "assets.change_asset"), [*TRANSITIONS]),
        (("assets.view_asset", "assets.delete_asset"), ["delete"]),
        (("assets.view_asset", "assets.add_statusentry"), ["set-status"]),
    ],
)
def test_an_operator_is_offered_what_they_may_do(permissions: tuple[str, ...], actions: list[str]) -> None:
    make_asset()

    assert actions_of(desk_of(make_operator(*permissions))) == actions


def test_who_may_only_view_cannot_act() -> None:
    asset = make_asset()

    desk_of(make_operator("assets.view_asset")).post(LIST, chosen("commission", asset, confirmed="yes"))

    assert Asset.objects.get().lifecycle == Lifecycle.DRAFT


def test_the_question_names_the_assets(desk: Client) -> None:
    text = text_of(desk.post(LIST, chosen("go-live", make_asset(Lifecycle.COMMISSIONING), index="0")))

    assert "Go live (1)" in " ".join(text.split())
