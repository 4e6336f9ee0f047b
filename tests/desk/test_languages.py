"""Which language the desk speaks, and that nothing makes the APIs speak another than English."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from assets.vocabulary import Lifecycle
from tests.back_office import page_of, said, text_of
from tests.factories.assets import make_asset
from tests.factories.keys import bearer
from tests.factories.operators import desk_of, make_superuser

pytestmark = pytest.mark.django_db

GERMAN = {"accept-language": "de-DE,de;q=0.9,en;q=0.1"}
CHOOSER = "/admin/language/"
COOKIE = settings.LANGUAGE_COOKIE_NAME


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


@pytest.mark.parametrize(
    ("asked", "language", "heading"),
    [
        ("de-DE,de;q=0.9", "de", "Flotte"),
        ("pl", "pl", "Flota"),
        ("en-GB", "en", "Fleet"),
        ("fr,ja;q=0.5", "en", "Fleet"),
        ("", "en", "Fleet"),
        ("de-" * 200, "en", "Fleet"),
    ],
)
def test_the_desk_speaks_what_the_browser_asks_for(desk: Client, asked: str, language: str, heading: str) -> None:
    answer = desk.get("/admin/", headers={"accept-language": asked})

    assert f'<html lang="{language}"' in text_of(answer)
    assert f">{heading}</h2>" in text_of(answer)
    assert answer["Content-Language"] == language
    assert {"Accept-Language", "Cookie"} <= set(answer["Vary"].split(", "))


class TestChoosing:
    def test_it_is_remembered_whatever_the_browser_asks_for(self, desk: Client) -> None:
        answer = desk.post(CHOOSER, {"language": "pl", "next": "/admin/audit/"})

        assert answer["Location"] == "/admin/audit/"
        assert '<html lang="pl"' in text_of(desk.get("/admin/", headers=GERMAN))

    def test_the_cookie_is_the_back_offices_alone(self, desk: Client) -> None:
        desk.post(CHOOSER, {"language": "pl"})

        cookie = desk.cookies[COOKIE]
        assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/admin", True, "Lax")
        assert int(cookie["max-age"]) > 300 * 24 * 3600

    def test_it_can_be_chosen_before_the_login(self, client: Client) -> None:
        page = client.get("/admin/login/", headers=GERMAN)
        client.post(CHOOSER, {"language": "pl", "next": "/admin/login/"})

        assert f'action="{CHOOSER}"' in text_of(page)
        assert "Zaloguj się" in text_of(client.get("/admin/login/", headers=GERMAN))

    @pytest.mark.parametrize(
        ("language", "word"), [("en", "Show"), ("de", "Passwort zeigen"), ("pl", "Poka\\u017c has")]
    )
    def test_symbols_are_named_in_it_before_the_login_too(self, client: Client, language: str, word: str) -> None:
        page = text_of(client.get("/admin/login/", headers={"accept-language": language}))

        assert f'"showPassword": "{word}' in page.partition('id="theme-words"')[2]

    @pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\0"])
    def test_it_leads_nowhere_else(self, desk: Client, elsewhere: str) -> None:
        assert "evil" not in desk.post(CHOOSER, {"language": "de", "next": elsewhere})["Location"]
        assert "script" not in desk.post(CHOOSER, {"language": "de", "next": elsewhere})["Location"]

    def test_a_language_that_there_is_not_changes_nothing(self, desk: Client) -> None:
        desk.post(CHOOSER, {"language": "tlh"})

        assert COOKIE not in desk.cookies

    def test_a_link_cannot_choose(self, desk: Client) -> None:
        assert desk.get(f"{CHOOSER}?language=de").status_code == 405

    def test_another_site_cannot_choose(self) -> None:
        strict = Client(enforce_csrf_checks=True)

        assert strict.post(CHOOSER, {"language": "de"}).status_code == 403
        assert COOKIE not in strict.cookies


class TestApis:
    """[C3]: their bodies are English, whatever a browser asks for or an operator has chosen."""

    def test_a_refusal_of_the_domain_is_english(self) -> None:
        asset = make_asset(Lifecycle.LIVE)

        answer = Client(headers={**GERMAN, **bearer("assets:write")}).post(
            f"/api/v1/assets/{asset.pk}/actions/commission", content_type="application/json"
        )

        assert answer.json() == {"detail": f"Asset {asset.pk} is LIVE; commission needs DRAFT."}

    def test_the_session_of_an_operator_who_chose_german_gets_english(self, desk: Client) -> None:
        desk.post(CHOOSER, {"language": "de"})
        asset = make_asset(Lifecycle.LIVE)

        answer = desk.post(
            f"/api/v1/assets/{asset.pk}/actions/commission", headers=GERMAN, content_type="application/json"
        )

        assert answer.json() == {"detail": f"Asset {asset.pk} is LIVE; commission needs DRAFT."}

    @pytest.mark.parametrize(
        "address",
        [
            "/api/v1/assets",
            "/api/v1/nowhere",
            "/api/v1/assets?limit=none",
            "/partner/snapshot?kind=kpi-rollup",
            "/partner/nowhere",
            "/nowhere",
            "/health/ready",
        ],
    )
    @pytest.mark.parametrize("method", ["get", "delete"])
    def test_a_refusal_is_the_same_bytes_in_any_language(self, address: str, method: str) -> None:
        client = Client(headers=bearer("assets:read"))
        plain, german = (getattr(client, method)(address, headers=headers) for headers in ({}, GERMAN))

        assert german.content == plain.content
        assert "Content-Language" not in german
        assert "Accept-Language" not in german.get("Vary", "")

    def test_what_the_back_office_said_last_does_not_stay(self, desk: Client) -> None:
        """Threads serve one request after the other."""
        translation.activate("pl")
        try:
            desk.get("/admin/", headers=GERMAN)
            answer = desk.get("/api/v1/nowhere", headers=GERMAN)
        finally:
            translation.deactivate()

        assert answer.json() == Client().get("/api/v1/nowhere").json()


def test_the_back_office_says_refusals_of_the_domain_in_its_language(desk: Client) -> None:
    asset = make_asset(Lifecycle.LIVE)
    desk.post(CHOOSER, {"language": "de"})

    answer = desk.post(page_of(asset, "move/commission"))

    assert said(desk, answer) == [f"Anlage {asset.pk} ist LIVE; commission setzt DRAFT voraus."]


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/admin/nosuch/", "Hier ist nichts"),
        ("/admin/assets/asset/?name__regex=x", "Das lässt sich nicht lesen"),
        ("/admin/partner/snapshot/add/", "Das ist nicht erlaubt"),
    ],
)
def test_pages_of_refusals_speak_it_too(desk: Client, address: str, heading: str) -> None:
    text = text_of(desk.get(address, headers=GERMAN))

    assert heading in text
    assert '<html lang="de">' in text


def test_numbers_are_shown_as_the_language_writes_them_and_typed_either_way(desk: Client) -> None:
    form = {"name": "Grün", "code": "G", "region": "DE", "delivery_area": "50HZ", "dispatch_mode_name": "MANUAL"}
    prices = {"price_currency": "EUR", "floor_price": "1,5", "strike_price": "2.5"}
    desk.post("/admin/sites/site/add/", form | prices, headers=GERMAN)

    listed = text_of(desk.get("/admin/sites/site/", headers=GERMAN))
    page = text_of(desk.get("/admin/sites/site/DE_5F50HZ_5FG_5FSITE_5F1/change/", headers=GERMAN))

    assert "1,5 EUR/MWh" in listed
    assert "2,5 EUR/MWh" in listed
    assert 'value="1.5"' in page  # an input of numbers: browsers show it as the page's language writes it


def test_dates_are_shown_as_the_language_writes_them_and_what_is_shown_is_read(desk: Client) -> None:
    asset = make_asset(Lifecycle.LIVE, go_live_date="2026-05-04")
    form = {"name": "Neu", "type": "BESS", "provider": "TERRALAYR"}

    page = text_of(desk.get(page_of(asset), headers=GERMAN))
    desk.post(page_of(asset), form | {"go_live_date": "04.05.2026"}, headers=GERMAN)

    asset.refresh_from_db()
    assert 'value="04.05.2026"' in page
    assert (asset.name, f"{asset.go_live_date}") == ("Neu", "2026-05-04")
