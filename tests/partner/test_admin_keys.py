"""Keys in the back office: shown once, listed by how they start, revoked by a button [C14]."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from partner.keys import API_PREFIX, PARTNER_PREFIX, digest_of, is_well_formed
from partner.models import ApiKey, PartnerKey
from partner.queries import find_api_key, find_partner_key
from tests.back_office import faults_of, page_of, said, text_of
from tests.factories.assets import make_asset
from tests.factories.keys import make_api_key, make_partner_key
from tests.factories.operators import desk_of, make_operator, make_superuser
from tests.factories.sites import add_site

pytestmark = pytest.mark.django_db

API_KEYS, PARTNER_KEYS = "/admin/partner/apikey/", "/admin/partner/partnerkey/"


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


def key_in(answer: Any) -> str:
    """The key's text on the page that issued it."""
    found = re.search(r'<input id="issued-key"[^>]* value="([^"]+)"', text_of(answer))
    assert found
    return found[1]


class TestIssuing:
    def test_a_key_is_shown_in_the_answer_that_issues_it(self, desk: Client) -> None:
        answer = desk.post(f"{API_KEYS}add/", {"name": "Forecaster", "scopes": ["markets:read", "markets:write"]})

        text = key_in(answer)
        key = find_api_key(text, now=timezone.now())
        assert is_well_formed(text, prefix=API_PREFIX)
        assert key is not None
        assert (key.name, key.scopes, key.sources, key.asset_ids) == (
            "Forecaster",
            ["markets:read", "markets:write"],
            None,
            None,
        )
        assert "no-store" in answer["Cache-Control"]

    def test_its_text_is_nowhere_else(self, desk: Client, caplog: pytest.LogCaptureFixture) -> None:
        answer = desk.post(f"{API_KEYS}add/", {"name": "Forecaster", "scopes": ["assets:read"]})

        text = key_in(answer)
        key = ApiKey.objects.get()
        assert text not in text_of(desk.get(page_of(key))) + text_of(desk.get(API_KEYS))
        assert text not in caplog.text + str([vars(entry) for entry in LogEntry.objects.all()])
        assert [str(message) for message in get_messages(answer.wsgi_request)] == []
        assert text not in str([session.get_decoded() for session in Session.objects.all()])
        assert key.digest == digest_of(text)

    def test_a_key_can_be_bound(self, desk: Client) -> None:
        asset = make_asset()
        form = {"name": "Customer", "scopes": ["markets:write"], "rate_per_minute": "60"}
        bounds = {"only_sources": ["CUSTOMER"], "only_assets": [asset.pk]}

        desk.post(f"{API_KEYS}add/", form | bounds | {"expires_at_0": "2999-01-01", "expires_at_1": "0:00"})

        key = ApiKey.objects.get()
        assert (key.sources, key.asset_ids, key.rate_per_minute) == (["CUSTOMER"], [asset.pk], 60)
        assert f"{key.expires_at:%Y-%m-%dT%H:%MZ}" == "2998-12-31T23:00Z"

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"scopes": []}, "This field is required."),
            ({"scopes": ["assets:rule"]}, "Select a valid choice. assets:rule is not one of the available choices."),
            ({"name": " "}, "This field is required."),
            ({"rate_per_minute": "0"}, "Ensure this value is greater than or equal to 1."),
            (
                {"expires_at_0": "2020-01-01", "expires_at_1": "0:00"},
                "The expiry 2020-01-01T00:00:00+01:00 is not in the future",
            ),
        ],
    )
    def test_it_says_what_cannot_be(self, desk: Client, fields: dict[str, Any], sentence: str) -> None:
        answer = desk.post(f"{API_KEYS}add/", {"name": "Forecaster", "scopes": ["assets:read"]} | fields)

        assert faults_of(answer) == [sentence]
        assert not ApiKey.objects.exists()

    def test_a_partner_key_is_issued_for_sites(self, desk: Client) -> None:
        """[P2]"""
        site = add_site()

        answer = desk.post(f"{PARTNER_KEYS}add/", {"name": "Ona", "site_ids": [site.pk], "rate_per_minute": "0"})

        text = key_in(answer)
        key = find_partner_key(text, now=timezone.now())
        assert is_well_formed(text, prefix=PARTNER_PREFIX)
        assert key is not None
        assert (list(key.sites.all()), key.rate_per_minute) == ([site], 0)

    def test_it_needs_the_permission_to_add(self) -> None:
        desk = desk_of(make_operator("partner.view_apikey", "partner.change_apikey"))

        assert desk.post(f"{API_KEYS}add/", {"name": "Forecaster", "scopes": ["assets:read"]}).status_code == 403


class TestRevoking:
    def test_a_button_revokes_a_key(self, desk: Client) -> None:
        key, text = make_api_key()

        answer = desk.post(page_of(key, "revoke"))

        assert find_api_key(text, now=timezone.now()) is None
        assert said(desk, answer) == [f"forecaster ({key.hint}…) is revoked and opens nothing any more."]
        event = ApiKey.pgh_event_model.objects.order_by("-pgh_id").first()  # type: ignore[attr-defined]
        assert event.pgh_context == {"actor": "user:anna", "request_id": "request-of-the-test"}

    def test_a_revoked_key_offers_no_button(self, desk: Client) -> None:
        key, _text = make_partner_key(add_site())
        assert "confirm-revoke" in text_of(desk.get(page_of(key)))

        desk.post(page_of(key, "revoke"))

        assert "confirm-revoke" not in text_of(desk.get(page_of(key)))

    def test_it_is_posted_and_never_got(self, desk: Client) -> None:
        assert desk.get(page_of(make_api_key().key, "revoke")).status_code == 405

    def test_who_may_only_view_sees_no_button_and_cannot_press_one(self) -> None:
        key, text = make_api_key()
        desk = desk_of(make_operator("partner.view_apikey"))

        assert "confirm-revoke" not in text_of(desk.get(page_of(key)))
        assert desk.post(page_of(key, "revoke")).status_code == 403
        assert find_api_key(text, now=timezone.now()) is not None

    def test_a_key_is_never_deleted(self, desk: Client) -> None:
        assert desk.post(page_of(make_api_key().key, "delete"), {"post": "yes"}).status_code == 403


class TestKeptKeys:
    def test_nothing_of_an_api_key_is_edited(self, desk: Client) -> None:
        key, _text = make_api_key("assets:read")

        assert desk.post(page_of(key), {"name": "x", "scopes": ["assets:write"], "digest": "x"}).status_code == 403

    def test_the_sites_and_the_rate_of_a_partner_key_can_be_changed_and_its_name_cannot(self, desk: Client) -> None:
        one, other = add_site("A"), add_site("B")
        key, _text = make_partner_key(one)

        desk.post(page_of(key), {"site_ids": [other.pk], "name": "x", "rate_per_minute": "5"})

        key.refresh_from_db()
        assert (list(key.sites.all()), key.name, key.rate_per_minute) == ([other], "embedder", 5)

    def test_the_list_shows_hint_bounds_and_state(self, desk: Client) -> None:
        key, _text = make_api_key("markets:write", sources=["CUSTOMER"])

        text = text_of(desk.get(API_KEYS))

        for word in ("forecaster", f"{key.hint}…", "markets:write", "CUSTOMER", "Open"):
            assert word in text
        assert key.digest not in text

    @pytest.mark.parametrize(
        ("state", "names"),
        [
            ("open", ["open"]),
            ("expired", ["expired"]),
            ("revoked", ["revoked"]),
            ("odd", ["expired", "open", "revoked"]),
        ],
    )
    def test_the_list_is_filtered_by_state(self, desk: Client, state: str, names: list[str]) -> None:
        before = timezone.now() - timedelta(days=1)
        for name, changes in {"open": {}, "expired": {"expires_at": before}, "revoked": {"revoked_at": before}}.items():
            ApiKey.objects.filter(pk=make_api_key(name=name).key.pk).update(**changes)

        shown = desk.get(f"{API_KEYS}?state={state}").context["cl"].result_list

        assert sorted(key.name for key in shown) == names

    def test_queries_of_the_list_do_not_grow(self, desk: Client, django_assert_num_queries: Any) -> None:
        site = add_site()
        for _ in range(3):
            make_partner_key(site)

        with django_assert_num_queries(5):  # session, operator, count, rows, their sites
            desk.get(PARTNER_KEYS)
        assert PartnerKey.objects.count() == 3
