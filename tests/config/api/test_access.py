"""Who may do what: keys, sessions, scopes and bounds [C14]."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from assets.vocabulary import Lifecycle
from config.api.access import PERMISSION_OF_SCOPE, Caller
from config.api.scopes import SCOPES
from config.errors import ForbiddenError
from partner.models import ApiKey
from partner.operations.keys import revoke
from tests.clients import NOTHING, Api, detail_of, read
from tests.factories.assets import asset_body, make_asset
from tests.factories.keys import bearer, make_api_key

pytestmark = pytest.mark.django_db


def operator(*permissions: str, **fields: Any) -> User:
    """An operator with these permissions (`view_asset`)."""
    user = User.objects.create_user("anna", is_staff=True, **fields)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def session_of(user: User, **headers: str) -> Api:
    """A client with this user's login and, as browsers have it, a cookie against forgery."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(user)
    client.cookies["csrftoken"] = "t" * 32
    return Api(headers, client=client)


TOKEN = {"X-CSRFToken": "t" * 32}


# --- Keys -----------------------------------------------------------------------------------------------------------
def test_a_key_is_taken_from_either_header() -> None:
    text = make_api_key().text
    for headers in ({"Authorization": f"Bearer {text}"}, {"Authorization": f"bearer  {text}"}, {"X-API-Key": text}):
        assert Api(headers).get("/assets").status_code == 200


def test_authorization_wins_over_x_api_key() -> None:
    good, bad = make_api_key().text, "lst_wrong"
    assert Api({"Authorization": f"Bearer {good}", "X-API-Key": bad}).get("/assets").status_code == 200
    assert Api({"Authorization": f"Bearer {bad}", "X-API-Key": good}).get("/assets").status_code == 401
    assert Api({"Authorization": "Basic YTpi", "X-API-Key": good}).get("/assets").status_code == 401
    assert Api({"Authorization": "", "X-API-Key": good}).get("/assets").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer lst_wrong"},
        {"Authorization": "Bearer " + "x" * 10_000},
        {"Authorization": "Bearer \u00fc"},
        {"Authorization": "Bearer a b"},
        {"X-API-Key": ""},
        {"X-API-Key": "lst_" + "0" * 38},
        {"X-API-Key": "\x00"},
    ],
)
def test_a_missing_or_bad_key_is_401(headers: dict[str, str]) -> None:
    answer = Api(headers).get("/assets")
    assert "key" in detail_of(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_401_repeats_nothing_of_what_was_sent() -> None:
    text = make_api_key().text
    mistyped = text[:-1] + ("0" if text[-1] != "0" else "1")
    assert mistyped[4:] not in Api({"X-API-Key": mistyped}).get("/assets").content.decode()


def test_an_expired_key_is_401() -> None:
    issued = make_api_key()
    assert Api({"X-API-Key": issued.text}).get("/assets").status_code == 200
    ApiKey.objects.filter(pk=issued.key.pk).update(expires_at=timezone.now())
    assert Api({"X-API-Key": issued.text}).get("/assets").status_code == 401


def test_a_revoked_key_is_401_at_once() -> None:
    issued = make_api_key()
    api = Api({"X-API-Key": issued.text})
    assert api.get("/assets").status_code == 200
    revoke(key=issued.key, by="user:anna", now=timezone.now())
    assert api.get("/assets").status_code == 401


def test_a_key_without_a_rate_has_no_limit_and_one_with_a_rate_has() -> None:
    free, held = Api.with_key(), Api(bearer(rate_per_minute=2))  # type: ignore[arg-type]
    assert [free.get("/assets").status_code for _ in range(5)] == [200] * 5
    assert [held.get("/assets").status_code for _ in range(3)] == [200, 200, 429]
    answer = held.get("/assets")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert detail_of(answer, 429)


# --- Scopes ---------------------------------------------------------------------------------------------------------
def test_reading_needs_the_read_scope_and_writing_the_write_scope() -> None:
    asset = make_asset()
    reader, writer = Api.with_key("assets:read"), Api.with_key("assets:write")
    assert reader.get(f"/assets/{asset.pk}").status_code == 200
    assert "assets:write" in detail_of(reader.patch(f"/assets/{asset.pk}", {"name": "x"}), 403)
    assert "assets:read" in detail_of(writer.get(f"/assets/{asset.pk}"), 403)
    assert writer.patch(f"/assets/{asset.pk}", {"name": "x"}).status_code == 204


@pytest.mark.parametrize("scope", [scope for scope in SCOPES if not scope.startswith("assets")])
def test_a_scope_opens_its_own_subject_alone(scope: str) -> None:
    api = Api.with_key(scope)
    assert api.get("/assets").status_code == 403
    assert api.post("/assets", asset_body()).status_code == 403


def test_the_status_and_the_history_of_assets_are_read_with_the_scope_of_assets() -> None:
    asset = make_asset()
    for part in ("status", "history"):
        assert Api.with_key("assets:read").get(f"/assets/{asset.pk}/{part}").status_code == 200
        assert Api.with_key("sites:read", "snapshots:read").get(f"/assets/{asset.pk}/{part}").status_code == 403


# --- Bounds ---------------------------------------------------------------------------------------------------------
def test_a_bound_key_lists_its_own_assets() -> None:
    mine, other = make_asset(), make_asset()
    listed = read(Api.with_key(asset_ids=[mine.pk]).get("/assets"))["assets"]
    assert [asset["id"] for asset in listed] == [mine.pk]
    assert other.pk not in str(listed)


def test_to_a_bound_key_another_asset_is_as_if_unknown() -> None:
    """The same bytes as for one that does not exist, whatever is asked of it."""
    mine, other = make_asset(), make_asset(Lifecycle.LIVE)
    api = Api.with_key(asset_ids=[mine.pk])
    for method, path, body in (
        ("GET", "", NOTHING),
        ("GET", "/status", NOTHING),
        ("GET", "/history", NOTHING),
        ("PATCH", "", {"name": "x"}),
        ("DELETE", "", NOTHING),
        ("POST", "/actions/suspend", NOTHING),
    ):
        hidden = api.send(method, f"/assets/{other.pk}{path}", body)
        unknown = api.send(method, f"/assets/DE_50HZ_WU_9{path}", body)
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.content.replace(other.pk.encode(), b"DE_50HZ_WU_9") == unknown.content
    other.refresh_from_db()
    assert other.lifecycle == Lifecycle.LIVE


def test_a_bound_key_changes_its_own_assets_and_creates_none() -> None:
    mine = make_asset()
    api = Api.with_key(asset_ids=[mine.pk])
    assert api.patch(f"/assets/{mine.pk}", {"name": "x"}).status_code == 204
    assert detail_of(api.post("/assets", asset_body()), 403)


def test_a_bound_key_that_would_create_is_403_before_its_body_is_read() -> None:
    """[C3]"""
    answer = Api.with_key(asset_ids=[make_asset().pk]).send("POST", "/assets", content=b"{", content_type="text/plain")
    assert answer.status_code == 403


def test_a_caller_bound_to_sources_writes_no_others() -> None:
    caller = Caller(actor="key:customer#1", scopes=frozenset(), sources=frozenset({"CUSTOMER"}))
    caller.must_write_as(["CUSTOMER"])
    with pytest.raises(ForbiddenError, match="OPERATIONS, PV"):
        caller.must_write_as(["PV", "CUSTOMER", "OPERATIONS"])
    Caller(actor="key:free#2", scopes=frozenset()).must_write_as(["PV"])


# --- Sessions -------------------------------------------------------------------------------------------------------
def test_an_operators_session_reads_without_a_token() -> None:
    assert session_of(operator("view_asset")).get("/assets").status_code == 200


@pytest.mark.parametrize("headers", [{}, {"X-CSRFToken": "f" * 32}, {"X-CSRFToken": ""}])
def test_an_operators_session_changes_nothing_without_its_token(headers: dict[str, str]) -> None:
    asset = make_asset()
    api = session_of(operator("change_asset", "view_asset"), **headers)
    assert "CSRF" in detail_of(api.patch(f"/assets/{asset.pk}", {"name": "x"}), 403)
    assert api.delete(f"/assets/{asset.pk}").status_code == 403
    assert api.post(f"/assets/{asset.pk}/actions/commission").status_code == 403
    asset.refresh_from_db()
    assert (asset.name, asset.lifecycle) == ("Wunsiedel battery", "DRAFT")


def test_an_operators_session_changes_with_its_token_and_stands_in_the_trail() -> None:
    asset = make_asset()
    api = session_of(operator("change_asset", "view_asset"), **TOKEN)
    assert api.patch(f"/assets/{asset.pk}", {"name": "x"}).status_code == 204
    assert read(api.get(f"/assets/{asset.pk}/history"))["history"][0]["actor"] == "user:anna"


def test_an_operator_without_the_permission_is_403() -> None:
    asset = make_asset()
    api = session_of(operator("view_site"), **TOKEN)
    assert "assets:read" in detail_of(api.get("/assets"), 403)
    assert "assets:write" in detail_of(api.patch(f"/assets/{asset.pk}", {"name": "x"}), 403)


def test_a_superuser_may_do_everything() -> None:
    api = session_of(User.objects.create_superuser("root"), **TOKEN)
    assert api.post("/assets", asset_body()).status_code == 201


def test_every_scope_is_a_permission_that_an_operator_can_be_given() -> None:
    assert set(PERMISSION_OF_SCOPE) == set(SCOPES)
    for needed in PERMISSION_OF_SCOPE.values():
        app, _, codename = needed.partition(".")
        assert Permission.objects.filter(content_type__app_label=app, codename=codename).exists(), needed


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_user_who_is_no_operator_is_401(method: str) -> None:
    """Also where the token is missing: who they are comes first."""
    user = User.objects.create_user("visitor")
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_asset", "change_asset"]))
    assert session_of(user).send(method, "/assets").status_code == 401


def test_an_operator_who_was_switched_off_is_401() -> None:
    user = operator("view_asset")
    api = session_of(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert api.get("/assets").status_code == 401


def test_an_expired_session_is_401() -> None:
    api = session_of(operator("view_asset"))
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert api.get("/assets").status_code == 401


def test_a_made_up_session_is_401() -> None:
    client = Client()
    client.cookies["sessionid"] = "x" * 32
    assert Api(client=client).get("/assets").status_code == 401


def test_a_key_wins_over_a_session() -> None:
    api = session_of(operator("view_asset"))
    assert api.get("/assets", X_API_Key="lst_wrong").status_code == 401
    assert "assets:read" in detail_of(api.get("/assets", **bearer("sites:read")), 403)


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]
)
def test_a_form_is_no_way_in(content_type: str) -> None:
    """The token is taken from its header alone, and no body is read to look for one."""
    user = operator("change_asset")
    for content in (b"", b"csrfmiddlewaretoken=" + b"t" * 32, b"--x\r\n", b"\xff" * 100):
        assert session_of(user).send("POST", "/assets", content=content, content_type=content_type).status_code == 403
        answer = session_of(user, **TOKEN).send("POST", "/assets", content=content, content_type=content_type)
        assert answer.status_code == 415


def test_a_session_too_is_refused_a_body_that_is_too_large_before_it_is_read() -> None:
    """[C3] [B1]"""
    answer = session_of(operator("change_asset"), **TOKEN).post("/assets", {}, Content_Length="16777217")
    assert answer.status_code == 413


def test_a_session_is_held_to_the_same_json_as_a_key() -> None:
    answer = session_of(operator("change_asset"), **TOKEN).send("POST", "/assets", content=b'{"a": NaN}')
    assert answer.status_code == 422
