"""Idempotency keys of POSTs [C12]."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.utils import timezone

from assets.models import Asset
from config.api import idempotency
from config.api.models import StoredAnswer
from tests.clients import Api, faults_of, read
from tests.factories.assets import asset_body, make_asset
from tests.factories.keys import make_api_key
from tests.races import at_once

pytestmark = pytest.mark.django_db
KEY = {"Idempotency_Key": "order 66"}


@pytest.fixture
def api() -> Api:
    return Api.with_key("assets:write", "assets:read")


def same(first: HttpResponse, second: HttpResponse) -> bool:
    return (first.status_code, first.content, first.get("Location")) == (
        second.status_code,
        second.content,
        second.get("Location"),
    )


def test_the_same_request_again_gets_the_same_answer_and_is_done_once(api: Api) -> None:
    first = api.post("/assets", asset_body(), **KEY)
    second = api.post("/assets", asset_body(), **KEY)
    assert first.status_code == 201
    assert same(first, second)
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"
    assert Asset.objects.count() == 1


def test_an_action_without_a_body_is_replayed_as_204(api: Api) -> None:
    """Without the key, the second would be 409."""
    path = f"/assets/{make_asset().pk}/actions/commission"
    assert [api.post(path, **KEY).status_code for _ in range(2)] == [204, 204]
    assert api.post(path).status_code == 409


def test_another_body_with_the_same_key_is_refused(api: Api) -> None:
    api.post("/assets", asset_body(), **KEY)
    answer = api.post("/assets", asset_body(name="Another"), **KEY)
    assert [loc for loc, _ in faults_of(answer)] == [("header", "Idempotency-Key")]
    assert Asset.objects.count() == 1


def test_a_key_belongs_to_its_caller_and_its_path(api: Api) -> None:
    first, second = make_asset(), make_asset()
    for path in (f"/assets/{asset.pk}/actions/commission" for asset in (first, second)):
        assert "Idempotent-Replayed" not in api.post(path, **KEY)
    other = Api.with_key("assets:write")
    assert other.post(f"/assets/{first.pk}/actions/commission", **KEY).status_code == 409


def test_a_refusal_is_an_answer_too(api: Api) -> None:
    """What was refused once is refused again, also when it would be possible by then."""
    asset = make_asset()
    path = f"/assets/{asset.pk}/actions/go-live"
    first = api.post(path, **KEY)
    assert first.status_code == 409
    api.post(f"/assets/{asset.pk}/actions/commission")
    second = api.post(path, **KEY)
    assert same(first, second)
    assert api.post(path).status_code == 204


def test_a_422_is_stored_with_its_faults(api: Api) -> None:
    first, second = (api.post("/assets", asset_body(name=""), **KEY) for _ in range(2))
    assert faults_of(first) == faults_of(second)
    assert second["Idempotent-Replayed"] == "true"


def test_what_failed_on_our_side_is_not_stored(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> Asset:
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr("assets.operations.create_asset", fail)
        assert api.post("/assets", asset_body(), **KEY).status_code == 503
    assert not StoredAnswer.objects.exists()
    assert api.post("/assets", asset_body(), **KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "ümlaut", "tab\there"])
def test_a_malformed_key_is_refused(api: Api, key: str) -> None:
    answer = api.send("POST", "/assets", asset_body(), headers={"Idempotency-Key": key})
    assert faults_of(answer) == [(("header", "Idempotency-Key"), "idempotency_key")]
    assert Asset.objects.count() == 0


def test_a_key_is_forgotten_after_a_day(api: Api) -> None:
    api.post("/assets", asset_body(), **KEY)
    StoredAnswer.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert "Idempotent-Replayed" not in api.post("/assets", asset_body(), **KEY)
    assert Asset.objects.count() == 2
    StoredAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    api.post("/assets", asset_body(), Idempotency_Key="another")
    assert list(StoredAnswer.objects.values_list("key", flat=True)) == [idempotency.name_of("another")]


def test_other_methods_know_no_such_key(api: Api) -> None:
    path = f"/assets/{make_asset().pk}"
    for name in ("One", "Two"):
        assert api.patch(path, {"name": name}, **KEY).status_code == 204
    assert read(api.get(path))["name"] == "Two"


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_running_the_second_is_409() -> None:
    api = Api.with_key("assets:write")
    caller = StoredAnswer(caller="", path="/api/v1/assets", key="order 66")
    api.post("/assets", asset_body(), Idempotency_Key="first")
    caller.caller = StoredAnswer.objects.get().caller
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{caller.caller} {caller.path} {caller.key}"]
        )
        (answer,) = at_once(lambda: api.post("/assets", asset_body(), **KEY))
    assert answer.status_code == 409
    assert "order 66" in read(answer, 409)["detail"]
    assert idempotency.HEADER in read(answer, 409)["detail"]


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_done() -> None:
    api = Api.with_key("assets:write")
    answers = at_once(*[lambda: api.post("/assets", asset_body(), **KEY).status_code] * 16)
    assert set(answers) <= {201, 409}
    assert Asset.objects.count() == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content_Length": "16777217"}, 413),
        ({"Content_Length": "", "Transfer_Encoding": "chunked"}, 411),
        ({"Content_Type": "text/plain"}, 415),
    ],
)
def test_what_was_refused_unread_can_be_sent_again_as_it_should_be(
    api: Api, headers: dict[str, str], status: int
) -> None:
    assert api.post("/assets", asset_body(), **KEY, **headers).status_code == status
    assert read(api.post("/assets", asset_body(), **KEY), 201)["id"] == "DE_50HZ_WU_1"


def test_a_media_type_comes_before_a_malformed_key(api: Api) -> None:
    """[C3]: 415, then 422."""
    answer = api.send("POST", "/assets", content=b"{}", content_type="text/plain", headers={"Idempotency-Key": ""})
    assert answer.status_code == 415


@pytest.mark.parametrize("asset_id", ["%00", "x" * 3000])
def test_an_address_that_cannot_be_stored_is_404_with_a_key_as_without(api: Api, asset_id: str) -> None:
    """[C3]"""
    path = f"/assets/{asset_id}/actions/commission"
    assert [api.post(path, **headers).status_code for headers in ({}, KEY)] == [404, 404]


def test_a_secret_that_is_sent_for_an_idempotency_key_is_not_kept(api: Api) -> None:
    """[C14]: nor one in a path or a field's name, where the refusal would say it again."""
    text = make_api_key().text
    for _ in range(2):
        answers = [
            api.post("/assets", asset_body(), Idempotency_Key=text),
            api.post("/assets", asset_body() | {text: 1}, **KEY),
            api.post(f"/assets/{text}/actions/commission", Idempotency_Key=text),
        ]
        assert [answer.status_code for answer in answers] == [201, 422, 404]
    (stored,) = StoredAnswer.objects.all()
    assert text not in str(vars(stored))
    assert Asset.objects.count() == 1
