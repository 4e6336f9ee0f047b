"""The back office against addresses and forms that no page of it makes: whatever comes, never a 5xx [C3]."""

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client

from tests.factories.assets import make_asset
from tests.factories.operators import desk_of, make_superuser

pytestmark = pytest.mark.django_db

LISTS = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]
TOO_LONG = "9" * 5000
TOO_DEEP = "[" * 100_000


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("query", ["q=%00", "q=%ED%A0%80", "p=abc", "p=99999", "o=99.-99.x", "id__regex=[", "odd=%00"])
def test_no_query_breaks_a_list(desk: Client, path: str, query: str) -> None:
    assert desk.get(f"{path}?{query}").status_code < 500


@pytest.mark.parametrize(
    "query",
    [
        "e=1&p=abc",
        "_popup=1&_to_field=id%00",
        "id__exact=%00",
        "pk__in=%00",
        "name__regex=(a%2B)%2B$",
        "created_at__year=99999999",
        "lifecycle__exact=%00",
        "lifecycle__exact=NONE",
        "status=NONE",
        "go_live_date_from=abc",
        "go_live_date_from=0000-00-00&go_live_date_to=99999-01-01",
        f"p={TOO_LONG}",
    ],
)
def test_no_filter_breaks_the_list_of_assets(desk: Client, query: str) -> None:
    make_asset()

    assert desk.get(f"/admin/assets/asset/?{query}").status_code < 500


@pytest.mark.parametrize(
    "address",
    [
        "partner/apikey/?digest__startswith=a",
        "auth/user/?password__startswith=p",
        "assets/asset/?name__regex=(a%2B)%2B$",
    ],
)
def test_a_list_is_filtered_only_by_what_it_shows(desk: Client, address: str) -> None:
    assert desk.get(f"/admin/{address}").status_code == 400


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("key", ["_00", "%00", TOO_LONG, "a/b", "' OR 1=1", "%F0%9F%94%8B"])
def test_no_key_breaks_the_page_of_a_record(desk: Client, path: str, key: str) -> None:
    assert desk.get(f"{path}{key}/change/").status_code < 500


@pytest.mark.parametrize("model", list(admin.site._registry))
@pytest.mark.parametrize(
    "text", ["x", "[1]", "1e400", "9" * 40, "9999-99-99", "9999-12-31T23:45:00Z", "0001-01-01 00:00"]
)
def test_no_query_breaks_the_form_of_a_new_record(desk: Client, model: type[Model], text: str) -> None:
    names = [field.name for field in (*model._meta.fields, *model._meta.many_to_many)]
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/add/"
    assert desk.get(address, dict.fromkeys(names, text)).status_code < 500


@pytest.mark.parametrize("page", ["delete", "history", "move/commission", "move/%00"])
@pytest.mark.parametrize("key", ["_00", "%00", "nosuch"])
def test_no_key_breaks_a_button(desk: Client, key: str, page: str) -> None:
    assert desk.post(f"/admin/assets/asset/{key}/{page}/", {"post": "yes"}).status_code < 500


@pytest.mark.parametrize(
    "address",
    [
        "search/?s=%00",
        "search/?s=a&page=abc",
        "search/?s=a&page=99",
        f"search/?s=a&page={TOO_LONG}",
        "search/?s=a&extended=1",
        "autocomplete/?app_label=sites&model_name=inverter&field_name=site&term=%00",
        "autocomplete/?app_label=sites&model_name=inverter&field_name=site&page=abc",
        "autocomplete/?app_label=%00&model_name=inverter&field_name=site",
        "autocomplete/",
        "r/999999999999999999999/1/",
        "r/1/_00/",
        "nosuch/nosuch/",
        "login/?next=%00",
    ],
)
def test_no_other_address_breaks(desk: Client, address: str) -> None:
    assert desk.get(f"/admin/{address}").status_code < 500


@pytest.mark.parametrize(
    "form",
    [
        {"action": "commission", "_selected_action": "\0"},
        {"action": "commission", "_selected_action": "nosuch", "confirmed": "yes"},
        {"action": "delete_selected", "_selected_action": "1", "index": "0"},
        {"action": "commission", "select_across": "1", "index": "-9"},
        {"action": "commission", "select_across": "x", "index": TOO_LONG, "_selected_action": "a"},
        {"_save": "1", "form-TOTAL_FORMS": "x"},
    ],
)
def test_no_posted_action_breaks_the_list_of_assets(desk: Client, form: dict[str, str]) -> None:
    make_asset()

    assert desk.post("/admin/assets/asset/", form).status_code < 500


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("assets/asset", {"name": "\0"}),
        ("assets/asset", {"name": "x" * 10_000, "seen": "x", "_popup": "1", "_to_field": "nosuch"}),
        ("sites/inverter", {"rated_power": "NaN", "charge_efficiency": "Infinity", "discharge_efficiency": "1e99999"}),
        ("sites/inverter", {"service_interval_days": TOO_LONG, "asset_ids": "odd", "site": "odd"}),
        ("partner/apikey", {"name": "x", "scopes": "odd", "expires_at_0": "9999-12-31", "expires_at_1": "99:99"}),
        ("partner/apikey", {"name": "x", "scopes": "assets:read", "expires_at_0": "0001-01-01", "expires_at_1": "0:0"}),
        ("partner/partnerprofile", {"tariff_periods-TOTAL_FORMS": TOO_LONG, "tariff_periods-INITIAL_FORMS": "x"}),
        ("partner/partnerprofile", {"signal_thresholds": TOO_DEEP, "frame_origins": "x\ny"}),
        ("partner/partnerprofile", {"signal_thresholds": '{"a": "\\u0000\\ud800"}', "time_zone": "nowhere"}),
        ("django_celery_beat/periodictask", {"args": TOO_DEEP, "kwargs": "5"}),
        ("django_celery_beat/intervalschedule", {"every": TOO_LONG, "period": "odd"}),
        ("django_celery_beat/crontabschedule", {"minute": "*/0", "hour": "99", "timezone": "nowhere"}),
    ],
)
def test_no_posted_form_breaks_a_page(desk: Client, page: str, form: dict[str, str]) -> None:
    assert desk.post(f"/admin/{page}/add/", form).status_code in (200, 400)


@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("/admin/assets/asset/?name__regex=x", 400, "This cannot be read"),
        ("/admin/partner/snapshot/add/", 403, "This is not permitted"),
        ("/admin/nosuch/", 404, "There is nothing here"),
    ],
)
def test_a_refusal_is_a_page_that_leads_back_to_the_desk(
    desk: Client, address: str, status: int, sentence: str
) -> None:
    answer = desk.get(address)

    assert answer.status_code == status
    assert sentence in answer.content.decode()
    assert 'href="/admin/"' in answer.content.decode()


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("key", ["abc", "9" * 40, "1.5", "-1", "\u0663"])
def test_no_key_breaks_an_action(desk: Client, path: str, key: str) -> None:
    actions = desk.get(path).context["action_form"]
    name = actions.fields["action"].choices[-1][0] if actions else "none"

    answer = desk.post(path, {"action": name, "confirmed": "1", "_selected_action": [key]})

    assert answer.status_code < 500
