"""Every page, button and bulk action of the back office, and every operation of the API, for every role [P22] [C14].

The tables say who may; the pages are those that the resolver has, the operations those of the OpenAPI document. What is
added to either fails here until a table says whose it is.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from config.desk.audit_list import Wanted, kinds, page
from config.desk.roles import ROLES
from tests.back_office import page_of
from tests.contract.operations import Operation, operations
from tests.desk.addresses import own_pages, registered
from tests.desk.one_of_each import FILLED_IN, ONE
from tests.factories.assets import make_asset
from tests.factories.operators import desk_of, role_named
from tests.factories.plants import make_site

pytestmark = pytest.mark.django_db

REFUSED = 403
LETTER = {"Viewer": "V", "Operator": "O", "Trader": "T", "Partner manager": "P", "Administrator": "A"}
ALL = "VOTPA"
NOBODY = ""  # it only happens, a button does it, or a superuser

# Who views, adds, changes and deletes which records by their pages.
RECORDS: dict[str, tuple[str, str, str, str]] = {
    "assets.asset": (ALL, "OA", "OA", "OA"),
    "assets.spec": (ALL, "OA", "OA", NOBODY),
    "auth.group": ("A", NOBODY, NOBODY, NOBODY),
    "auth.user": ("A", "A", "A", "A"),
    "axes.accessattempt": ("A", NOBODY, NOBODY, NOBODY),
    "django_celery_beat.crontabschedule": ("OPA", "OPA", "OPA", "OPA"),
    "django_celery_beat.intervalschedule": ("OPA", "OPA", "OPA", "OPA"),
    "django_celery_beat.periodictask": ("OPA", "OPA", "OPA", "OPA"),
    "markets.limitchange": ("VOTA", "OTA", NOBODY, NOBODY),
    "otp_totp.totpdevice": ("A", NOBODY, NOBODY, NOBODY),
    "partner.apikey": ("A", "A", NOBODY, NOBODY),
    "partner.customkind": ("PA", "PA", "PA", "PA"),
    "partner.partnerkey": ("PA", "PA", "PA", NOBODY),
    "partner.partnerprofile": ("VOTPA", "PA", "PA", NOBODY),  # it goes with its site
    "partner.snapshot": ("VOTPA", NOBODY, NOBODY, NOBODY),
    "sites.inverter": (ALL, "OA", "OA", "OA"),
    "sites.site": (ALL, "OA", "OA", "OA"),
    "sites.sitelimitchange": (ALL, "OA", NOBODY, NOBODY),
}
# Who opens, and who posts to, the other pages, and what is in their address: a record of a kind, or `=` a word. A page
# that writes nothing answers a POST as a GET.
PAGES: dict[str, tuple[str, str, dict[str, str]]] = {
    "asset_day": (ALL, ALL, {"asset_id": "assets.asset"}),
    "assets_asset_move": (NOBODY, "OA", {"object_id": "assets.asset", "action": "=commission"}),
    "assets_asset_set_status": (NOBODY, "OA", {"object_id": "assets.asset"}),
    "assets_asset_show_past": (ALL, ALL, {"object_id": "assets.asset", "kind": "=statuses"}),
    "audit": (ALL, ALL, {}),
    "auth_user_password_change": ("A", "A", {"id": "auth.user"}),
    "dead_events": (ALL, ALL, {}),
    "desk_health": (ALL, ALL, {}),
    "drop_dead_events": (NOBODY, "OA", {}),
    "export": (ALL, ALL, {"name": "=assets.csv"}),
    "fleet_needing": ("VOTA", "VOTA", {"flag": "=is_locked"}),
    "imports": (ALL, ALL, {}),
    "index": (ALL, ALL, {}),
    "markets_limitchange_undo": (NOBODY, "OTA", {"object_id": "=999999"}),  # none that there is
    "one_time_codes": (ALL, ALL, {}),  # their own
    "partner_apikey_revoke": (NOBODY, "A", {"object_id": "partner.apikey"}),
    "partner_partnerkey_revoke": (NOBODY, "PA", {"object_id": "partner.partnerkey"}),
    "partner_partnerkey_rotate": (NOBODY, "PA", {"object_id": "partner.partnerkey"}),
    "partner_snapshot_regenerate": (NOBODY, "OPA", {"object_id": "partner.snapshot"}),
    "password_change": (ALL, ALL, {}),  # their own
    "password_change_done": (ALL, NOBODY, {}),
    "replay_dead_events": (NOBODY, "OA", {}),
    "search": (ALL, ALL, {}),
    "site_day": (ALL, ALL, {"site_id": "sites.site"}),
    "upload_import": (NOBODY, "OTA", {}),
}
# Open to whoever is logged in, or of one import, which tests/desk/imports/test_pages.py tries.
ELSEWHERE = {
    "app_list",
    "apply_import",
    "autocomplete",
    "import",
    "import_progress",
    "imported_rows",
    "jsi18n",
    "set_language",
    "login",
    "logout",
    "view_on_site",
}
FORMS = {"upload_import": {"kind": "limits"}}
# Who takes which bulk action.
BULK = {
    **dict.fromkeys(
        (f"assets.asset {one}" for one in ("commission", "go-live", "suspend", "resume", "decommission")), "OA"
    ),
    "assets.asset set-status": "OA",
    "assets.asset delete": "OA",
    "axes.accessattempt unlock": "A",
    "otp_totp.totpdevice forget": "A",
}
# Who reads and who writes over the API, by the first word after /api/v1/.
API = {
    "assets": (ALL, "OA"),
    "status": (ALL, NOBODY),
    "dispatches": (ALL, NOBODY),
    "specs": (ALL, "OA"),
    "state-snapshots": (ALL, "OA"),
    "sites": (ALL, "OA"),
    "telemetry": (ALL, "OA"),
    "limits": ("VOTA", "OTA"),
    "forecasts": ("VOTA", "OTA"),
    "reservations": ("VOTA", "OTA"),
    "prices": ("VOTA", "OTA"),
    "snapshots": (ALL, "OPA"),
}


@pytest.fixture(params=list(ROLES))
def role(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def desk(role: str) -> Client:
    operator = User.objects.create_user("rita", is_staff=True)
    operator.groups.set([role_named(role)])
    return desk_of(operator)


def done_by_rita() -> list[str]:
    """What the trail says that the operator did."""
    found = page(Wanted(actor="rita"), among=kinds(), size=500)[0]
    return [f"{change.what} {change.record}: {change.action}" for change in found]


def pages_of(label: str, record: Any) -> Iterator[tuple[str, str, int]]:
    """Method, address and the column of the table that holds for each of a model's pages."""
    start = f"/admin/{label.replace('.', '/')}/"
    yield from (("get", start, 0), ("get", f"{start}add/", 1), ("post", f"{start}add/", 1))
    yield from (("get", page_of(record), 0), ("get", page_of(record, "history"), 0), ("post", page_of(record), 2))
    yield from (("get", page_of(record, "delete"), 3), ("post", page_of(record, "delete"), 3))


def passed(desk: Client, method: str, address: str, form: Any = None) -> bool:
    """Whether it was not refused; 405 refuses whoever asks."""
    status = getattr(desk, method)(address, form or {}).status_code
    assert status < 500, address
    return status not in (REFUSED, 405)


def test_the_tables_name_everything_that_there_is() -> None:
    assert set(LETTER) == set(ROLES)
    assert set(RECORDS) == set(ONE) == set(registered())
    assert set(PAGES) == set(own_pages()) - ELSEWHERE
    assert set(BULK) == {f"{label} {one.name}" for label, admin in registered().items() for one in admin.bulk_actions}
    assert set(API) == {word_of(operation) for operation in of_the_asset_service()}


def test_the_pages_of_records_are_open_to_whom_the_table_says(role: str, desk: Client) -> None:
    expected, found = set(), set()
    for label, make in ONE.items():
        record = make()
        for method, address, column in pages_of(label, record):
            if passed(desk, method, address):
                found.add((method, address))
            if LETTER[role] in RECORDS[label][column]:
                expected.add((method, address))

    assert found - expected == set()
    assert expected - found == set()


def test_the_other_pages_are_open_to_whom_the_table_says(role: str, desk: Client) -> None:
    records = {label: make() for label, make in ONE.items()}
    wrong = []
    for name, (read, write, parts) in PAGES.items():
        given = {one: said[1:] if said[0] == "=" else records[said].pk for one, said in parts.items()}
        address = address_of(name, given)
        for method, who in (("get", read), ("post", write)):
            if passed(desk, method, address, FORMS.get(name)) != (LETTER[role] in who):
                wrong.append(f"{method} {address}")

    assert "; ".join(wrong) == ""


def address_of(name: str, given: dict[str, Any]) -> str:
    """The address of a page by its name, of the site or of ours."""
    ours = name in {"asset_day", "audit", "dead_events", "desk_health", "drop_dead_events", "export", "fleet_needing"}
    ours = ours or name in {"imports", "replay_dead_events", "site_day", "upload_import"}
    return reverse(name if ours else f"admin:{name}", kwargs=given)


@pytest.mark.parametrize("name", sorted(BULK))
def test_a_bulk_action_acts_for_whom_the_table_says(role: str, desk: Client, name: str) -> None:
    label, _, action = name.partition(" ")
    record = ONE[label]()
    form = {"action": action, "_selected_action": [record.pk], "confirmed": "yes", **FILLED_IN.get(name, {})}

    answer = desk.post(f"/admin/{label.replace('.', '/')}/", form)

    (tried,) = (one for one in registered()[label].bulk_actions if one.name == action)
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    assert any(sentence.startswith(f"{tried.label}:") for sentence in said) == (LETTER[role] in BULK[name])
    assert LETTER[role] in BULK[name] or done_by_rita() == []


def test_a_role_that_changes_nothing_leaves_no_trail() -> None:
    """A viewer posts to everything there is."""
    viewer = User.objects.create_user("rita", is_staff=True)
    viewer.groups.set([role_named("Viewer")])
    desk = desk_of(viewer)
    records = {label: make() for label, make in ONE.items()}
    for label, record in records.items():
        for _, address, _ in pages_of(label, record):
            desk.post(address, {"post": "yes", "name": "Another"})
        for action in registered()[label].bulk_actions:
            form = {"action": action.name, "_selected_action": [record.pk], "confirmed": "yes"}
            form |= FILLED_IN.get(f"{label} {action.name}", {})
            desk.post(f"/admin/{label.replace('.', '/')}/", form)

    assert done_by_rita() == []


def of_the_asset_service() -> list[Operation]:
    return [one for one in operations() if one.template.startswith("/api/v1/") and not one.is_open]


def word_of(operation: Operation) -> str:
    return operation.template.split("/")[3]


def test_the_operations_of_the_api_are_open_to_whom_the_table_says(role: str, desk: Client) -> None:
    ids = {"asset_id": make_asset().pk, "site_id": make_site().pk, "kind": "kpi-rollup"}
    wrong = []
    for operation in of_the_asset_service():
        read, write = API[word_of(operation)]
        call: Callable[..., Any] = getattr(desk, operation.method.lower())
        who = read if operation.method == "GET" else write
        status = call(operation.path(ids), content_type="application/json").status_code
        if (status != REFUSED) != (LETTER[role] in who):
            wrong.append(f"{operation}: {status}")

    assert "; ".join(wrong) == ""
