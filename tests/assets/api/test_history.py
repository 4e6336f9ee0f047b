"""Who changed what of an asset and when [A7] [C15]."""

import re
from typing import Any

import pytest
from django.db import connection

from assets.models import Asset
from assets.vocabulary import Lifecycle
from tests.clients import Api, detail_of, faults_of, next_page, read
from tests.factories.assets import asset_body, make_asset
from tests.factories.keys import make_api_key
from tests.factories.operators import desk_of, make_superuser

NEW = {**asset_body(), "lifecycle": "DRAFT", "go_live_date": None}


@pytest.fixture
def api(db: None) -> Api:
    return Api.with_key()


def history(api: Api, asset_id: str, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read(api.get(f"/assets/{asset_id}/history{query}"))["history"]
    return found


@pytest.mark.django_db
def test_each_change_says_who_what_and_when_and_by_which_request() -> None:
    issued = make_api_key(name="forecaster")
    api = Api({"X-API-Key": issued.text})
    made = read(api.post("/assets", asset_body(), X_Request_ID="r1"), 201)["id"]
    api.patch(f"/assets/{made}", {"name": "Block A", "go_live_date": "2026-06-01"}, X_Request_ID="r2")
    api.post(f"/assets/{made}/actions/commission", X_Request_ID="r3")
    found = history(api, made)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", one.pop("at")) for one in found)
    actor = f"key:forecaster#{issued.key.pk}"
    before = {"name": "Wunsiedel battery", "go_live_date": None}
    after = {"name": "Block A", "go_live_date": "2026-06-01"}
    moved = ({"lifecycle": "DRAFT"}, {"lifecycle": "COMMISSIONING"})
    assert found == [
        {"action": "update", "actor": actor, "request_id": "r3", "before": moved[0], "after": moved[1]},
        {"action": "update", "actor": actor, "request_id": "r2", "before": before, "after": after},
        {"action": "insert", "actor": actor, "request_id": "r1", "before": None, "after": NEW},
    ]


def test_changes_are_newest_first_and_dated_in_that_order(api: Api) -> None:
    asset = make_asset(Lifecycle.SUSPENDED)
    found = history(api, asset.pk)
    assert [(one["after"] or {})["lifecycle"] for one in found] == ["SUSPENDED", "LIVE", "COMMISSIONING", "DRAFT"]
    assert [one["at"] for one in found] == sorted((one["at"] for one in found), reverse=True)


def test_it_is_paged(api: Api) -> None:
    """[C5]"""
    asset = make_asset()
    for number in range(6):
        api.patch(f"/assets/{asset.pk}", {"name": f"Block {number}"})
    whole = history(api, asset.pk)
    assert len(whole) == 7
    assert history(api, asset.pk, "?limit=3&offset=2") == whole[2:5]
    assert history(api, asset.pk, "?offset=7") == history(api, asset.pk, "?offset=4611686018427387904") == []
    pages, path = [], f"/assets/{asset.pk}/history?limit=3"
    while path:
        answer = api.get(path)
        pages.append(read(answer))
        path = next_page(answer) or ""
        api.patch(f"/assets/{asset.pk}", {"name": f"newer than page {len(pages)}"})
    assert [change for page in pages for change in page["history"]] == whole
    assert [(page["limit"], page["offset"]) for page in pages] == [(3, 0), (3, None), (3, None)]


def test_the_last_of_a_page_knows_what_was_before_it_on_the_next(api: Api) -> None:
    asset = make_asset()
    for name in ("a", "b"):
        api.patch(f"/assets/{asset.pk}", {"name": name})
    [newest] = history(api, asset.pk, "?limit=1")
    assert (newest["before"], newest["after"]) == ({"name": "a"}, {"name": "b"})


def test_the_history_of_a_deleted_asset_keeps_its_last_state(api: Api) -> None:
    """[A4]"""
    asset = make_asset()
    api.delete(f"/assets/{asset.pk}", X_Request_ID="the-last")
    found = history(api, asset.pk)
    assert [one["action"] for one in found] == ["delete", "insert"]
    assert (found[0]["before"], found[0]["after"], found[0]["request_id"]) == (NEW, None, "the-last")


def test_of_an_asset_that_never_was_there_is_no_history(api: Api) -> None:
    assert detail_of(api.get("/assets/DE_50HZ_WU_9/history"), 404) == "Unknown asset: DE_50HZ_WU_9."


def test_histories_of_assets_do_not_mix(api: Api) -> None:
    asset, other = make_asset(), make_asset()
    api.patch(f"/assets/{other.pk}", {"name": "other"})
    assert len(history(api, asset.pk)) == 1


def test_a_refused_change_leaves_no_trace(api: Api) -> None:
    asset = make_asset(Lifecycle.LIVE)
    before = history(api, asset.pk)
    api.delete(f"/assets/{asset.pk}")
    api.patch(f"/assets/{asset.pk}", {"name": ""})
    api.post(f"/assets/{asset.pk}/actions/resume")
    assert history(api, asset.pk) == before


@pytest.mark.django_db(transaction=True)
def test_a_change_by_plain_sql_is_seen_and_is_the_databases() -> None:
    asset = make_asset()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE assets_asset SET name = 'by hand' WHERE id = %s", [asset.pk])
    newest = history(Api.with_key(), asset.pk)[0]
    assert (newest["actor"], newest["request_id"]) == ("database", None)
    assert (newest["before"], newest["after"]) == ({"name": "Wunsiedel battery"}, {"name": "by hand"})


@pytest.mark.django_db(transaction=True)
def test_what_follows_a_request_on_its_connection_is_not_put_down_to_it() -> None:
    asset, api = make_asset(), Api.with_key()
    api.patch(f"/assets/{asset.pk}", {"name": "Block A"}, X_Request_ID="r1")
    Asset.objects.filter(pk=asset.pk).update(name="Block B")
    found = history(api, asset.pk)
    assert [one["actor"].partition(":")[0] for one in found] == ["database", "key", "user"]


@pytest.mark.django_db
def test_a_change_in_the_back_office_is_the_operators() -> None:
    asset = make_asset()
    desk_of(make_superuser("anna")).post(f"/admin/assets/asset/{asset.pk}/move/commission/", {"confirmed": "yes"})
    asset.refresh_from_db()
    newest = history(Api.with_key(), asset.pk)[0]
    assert asset.lifecycle == "COMMISSIONING"
    assert newest["actor"] == "user:anna"
    assert newest["request_id"] == "request-of-the-test"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", ["UPDATE assets_assetevent SET name = 'x'", "DELETE FROM assets_assetevent"])
def test_nobody_rewrites_the_trail(statement: str) -> None:
    make_asset()
    with connection.cursor() as cursor, pytest.raises(Exception, match="Cannot update or delete"):
        cursor.execute(statement)


def test_it_takes_no_other_parameters(api: Api) -> None:
    """[C4]"""
    asset = make_asset()
    assert faults_of(api.get(f"/assets/{asset.pk}/history?actor=x")) == [(("query", "actor"), "extra_forbidden")]


def test_an_actor_whose_name_is_hostile_is_kept_as_it_is(db: None) -> None:
    name = """x'); DROP TABLE assets_asset; -- %s %(a)s "ü" 💥 \\"""
    api = Api({"X-API-Key": make_api_key(name=name).text})
    made = read(api.post("/assets", asset_body()), 201)["id"]
    assert history(api, made)[0]["actor"].startswith(f"key:{name}#")
