"""The dashboard's page: what it is, what it may load, and who may frame it [P3] [C3]."""

import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.db import OperationalError
from django.test import Client

from partner.api import dashboard
from partner.models import PartnerProfile
from partner.operations.profiles import save_profile
from sites.models import Site
from tests.factories.plants import STARTED, make_profile, make_site

pytestmark = pytest.mark.django_db

POLICY = "Content-Security-Policy"


@pytest.fixture
def framed(profile: PartnerProfile) -> PartnerProfile:
    """Sibaya, for the pages of two origins."""
    origins = ["https://partner.example", "http://intranet.partner.example:8080"]
    return save_profile(site=profile.site, fields={"frame_origins": origins}, by="user:anna", now=STARTED)


def page(name: str = "Sibaya", **headers: Any) -> Any:
    return Client().get("/partner/dashboard", {"site_id": name}, headers=headers)


def ancestors(name: str) -> str:
    """Who may frame the page of this site."""
    return str(page(name)[POLICY].rpartition("frame-ancestors ")[2])


def test_the_page_is_html_for_everybody_who_asks() -> None:
    answer = page()
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert '<body data-site="Sibaya">' in answer.content.decode()


def test_the_page_runs_and_shows_nothing_but_our_own_files() -> None:
    answer = page()
    policy, text = answer[POLICY], answer.content.decode()
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "unsafe" not in policy
    addresses = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert addresses
    assert all(address.startswith("/static/") for address in addresses)
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)


def test_only_the_origins_of_the_sites_profile_may_frame_it(framed: PartnerProfile) -> None:
    """By its public name and by its id; another header would forbid what this one allows."""
    for name in ("Sibaya", framed.site_id):
        assert ancestors(name) == "https://partner.example http://intranet.partner.example:8080"
    assert not page().has_header("X-Frame-Options")
    other = make_profile(make_site())
    assert ancestors(other.public_name) == "'none'"


def test_a_site_that_names_no_origin_is_answered_as_one_that_is_not_there(site: Site, profile: PartnerProfile) -> None:
    """But for the name itself: the same bytes under the same headers."""
    known, unknown = page("Sibaya"), page("Ayabis")
    assert known.content.replace(b"Sibaya", b"Ayabis") == unknown.content
    varying = {"X-Request-ID"}
    assert {name: said for name, said in known.items() if name not in varying} == {
        name: said for name, said in unknown.items() if name not in varying
    }


@pytest.mark.parametrize("query", ["", "?site_id=", "?site_id=%3Cb%3E", "?site_id=Sibaya&x=1", "?site_id=%00"])
def test_a_query_that_is_not_its_own_is_refused(query: str) -> None:
    """[P2] [P5]; in the API's shape."""
    answer = Client().get(f"/partner/dashboard{query}")
    assert answer.status_code == 400
    assert answer.json()["error"] == "Invalid request"


def test_other_methods_are_answered_as_everywhere_in_the_partner_api() -> None:
    head = Client().head("/partner/dashboard", {"site_id": "Sibaya"})
    assert (head.status_code, head.content) == (200, b"")
    assert head[POLICY] == page()[POLICY]
    assert Client().options("/partner/dashboard").status_code == 204
    refused = Client().post("/partner/dashboard?site_id=Sibaya")
    assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_the_page_comes_without_the_database_but_in_no_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_name: str) -> list[str]:
        raise OperationalError("the database is gone")

    monkeypatch.setattr(dashboard, "frame_origins", gone)
    answer = page()
    assert answer.status_code == 200
    assert answer[POLICY].endswith("frame-ancestors 'none'")


def test_all_that_the_page_loads_is_there() -> None:
    """From the packages that have it, as WhiteNoise finds it."""
    for address in re.findall(r'(?:src|href)="/static/([^"]+)"', page().content.decode()):
        assert finders.find(address), address
