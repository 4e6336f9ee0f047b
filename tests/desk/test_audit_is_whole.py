"""Every write of the back office is in the audit trail with its author, before and after [P23].

The pages, buttons and bulk actions are those that the desk has, not those that somebody thought of: a new one fails
here until it leaves a trail.
"""

from collections.abc import Callable
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from assets.vocabulary import Lifecycle
from config.desk.audit_list import Change, Wanted, kinds, page
from config.desk.ingest.names import PAYLOAD, dead_stream
from markets.models import LimitChange
from partner.models import PartnerKey, Snapshot
from tests.back_office import page_of
from tests.desk.addresses import own_pages, registered
from tests.desk.imports.files import SPEC_HEADER, csv_of, spec_row
from tests.desk.ingest.streams import client
from tests.desk.one_of_each import FILLED_IN
from tests.factories.assets import make_asset
from tests.factories.keys import make_api_key, make_partner_key
from tests.factories.operators import desk_of, make_operator, make_superuser
from tests.factories.plants import make_site

pytestmark = pytest.mark.django_db

READ_ONLY = {
    *(
        "app_list",
        "asset_day",
        "assets_asset_show_past",
        "audit",
        "autocomplete",
        "dead_events",
        "desk_health",
        "export",
    ),
    *("fleet_needing", "import", "import_progress", "imported_rows", "imports", "index", "jsi18n", "login", "logout"),
    *("password_change_done", "search", "set_language", "site_day", "view_on_site"),
}
PASSWORD = "a password for tests"
LOCK = {
    "action": "LOCK",
    "source": "OPERATIONS",
    "first_day": "2026-10-24",
    "last_day": "2026-10-24",
    "weekdays": [str(number) for number in range(7)],
    "start": "17:00",
    "end": "20:00",
}
VERB_OF_EVENT = {"add": "INSERT", "change": "UPDATE", "delete": "DELETE"}
# What keeps its own trail, in its own rows: each is a change with author, before and after.
OWN_TRAIL = {"markets.limitchange", "sites.sitelimitchange"}


@pytest.fixture
def anna(settings: Any) -> User:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    anna = make_superuser()
    User.objects.filter(pk=anna.pk).update(password=make_password(PASSWORD))
    return User.objects.get(pk=anna.pk)


@pytest.fixture
def desk(anna: User) -> Client:
    return desk_of(anna)


def by_anna() -> list[Change]:
    """What the trail says that anna did, the newest first."""
    return page(Wanted(actor="anna"), among=kinds(), size=50)[0]


def press(make: Callable[[], Any], button: str, **form: Any) -> Callable[[Client], Any]:
    return lambda desk: desk.post(page_of(make(), button), form)


def changed_limits(desk: Client) -> LimitChange:
    sent = {**LOCK, "asset_ids": [make_asset(Lifecycle.LIVE).pk]}
    preview = desk.post("/admin/markets/limitchange/add/", sent).context["preview"]
    desk.post("/admin/markets/limitchange/add/", {**sent, "fingerprint": preview.fingerprint, "apply": "yes"})
    return LimitChange.objects.latest("pk")


def uploaded(desk: Client) -> Any:
    content = csv_of(SPEC_HEADER, spec_row(make_asset()))
    return desk.post("/admin/imports/upload", {"kind": "specs", "file": SimpleUploadedFile("specs.csv", content)})


def a_snapshot() -> Snapshot:
    now = timezone.now()
    return Snapshot.objects.create(site=make_site(), kind="kpi-rollup", last_checked_at=now, next_check_at=now)


def settle(act: str) -> Callable[[Client], Any]:
    def settled(desk: Client) -> Any:
        with client() as redis:
            key = redis.xadd(dead_stream("statuses"), {PAYLOAD: "{}"})
            answer = desk.post(f"/admin/dead-events/{act}", {"stream": "statuses", "id": [key]})
            redis.delete(dead_stream("statuses"), "statuses")
        return answer

    return settled


def rotated(desk: Client) -> Any:
    key: PartnerKey = make_partner_key(make_site()).key
    return desk.post(f"/admin/partner/partnerkey/{key.pk}/rotate/", {"hours": "1"})


def new_password(desk: Client, address: str, **old: str) -> Any:
    new = "another one for tests"
    names = ("new_password1", "new_password2") if old else ("password1", "password2")
    return desk.post(address, {**old, **dict.fromkeys(names, new), "usable_password": "true"})


def of_olga(desk: Client) -> Any:
    return new_password(desk, f"/admin/auth/user/{make_operator().pk}/password/")


# What each page does, by its address' name; and of what kind the trail tells of it.
DOINGS: dict[str, tuple[Callable[[Client], Any], str]] = {
    "assets_asset_move": (press(make_asset, "move/commission"), "asset"),
    "assets_asset_set_status": (
        press(make_asset, "set-status", status="FAULT", category="TECHNICAL", detail="Odd"),
        "status",
    ),
    "markets_limitchange_undo": (lambda desk: desk.post(page_of(changed_limits(desk), "undo")), "limits"),
    "partner_apikey_revoke": (press(lambda: make_api_key().key, "revoke"), "API key"),
    "partner_partnerkey_revoke": (press(lambda: make_partner_key(make_site()).key, "revoke"), "partner key"),
    "partner_partnerkey_rotate": (rotated, "partner key"),
    "partner_snapshot_regenerate": (press(a_snapshot, "regenerate"), "snapshot request"),
    "upload_import": (uploaded, "import"),
    "apply_import": (lambda desk: desk.post(f"{uploaded(desk)['Location']}apply"), "spec"),
    "replay_dead_events": (settle("replay"), "dead events"),
    "drop_dead_events": (settle("drop"), "dead events"),
    "one_time_codes": (lambda desk: desk.post("/admin/one-time-codes/", {"act": "begin"}), "one-time code"),
    "password_change": (
        lambda desk: new_password(desk, "/admin/password_change/", old_password=PASSWORD),
        "operator",
    ),
    "auth_user_password_change": (of_olga, "operator"),
}

# A change of limits sets its transaction's isolation, so it cannot be within a test's.
OF_ITS_OWN = {"markets_limitchange_undo": pytest.mark.django_db(transaction=True)}


def an_attempt() -> AccessAttempt:
    return AccessAttempt.objects.create(username="olga", ip_address="127.0.0.1", failures_since_start=5)


def a_device() -> TOTPDevice:
    return TOTPDevice.objects.create(user=make_operator(), name="app")


# Whom each bulk action is tried on, and of what kind the trail tells of it.
BULK: dict[str, tuple[Callable[[], Any], str]] = {
    "assets.asset commission": (make_asset, "asset"),
    "assets.asset go-live": (lambda: make_asset(Lifecycle.COMMISSIONING), "asset"),
    "assets.asset suspend": (lambda: make_asset(Lifecycle.LIVE), "asset"),
    "assets.asset resume": (lambda: make_asset(Lifecycle.SUSPENDED), "asset"),
    "assets.asset decommission": (lambda: make_asset(Lifecycle.LIVE), "asset"),
    "assets.asset set-status": (make_asset, "status"),
    "assets.asset delete": (make_asset, "asset"),
    "axes.accessattempt unlock": (an_attempt, "failed login"),
    "otp_totp.totpdevice forget": (a_device, "one-time code"),
}


def test_every_page_that_may_write_is_tried() -> None:
    assert set(own_pages()) - READ_ONLY == set(DOINGS)


def test_every_bulk_action_is_tried() -> None:
    offered = {f"{label} {action.name}" for label, desk in registered().items() for action in desk.bulk_actions}

    assert offered == set(BULK)


@pytest.mark.parametrize("name", [pytest.param(name, marks=OF_ITS_OWN.get(name, ())) for name in sorted(DOINGS)])
def test_what_a_page_does_is_told_with_its_author(desk: Client, name: str) -> None:
    act, what = DOINGS[name]

    assert act(desk).status_code in (200, 302)

    newest = next(change for change in by_anna() if change.what == what)
    assert (newest.actor, newest.request_id) == ("user:anna", "request-of-the-test")
    assert newest.before is not None or newest.after is not None


@pytest.mark.parametrize("name", sorted(BULK))
def test_what_a_bulk_action_does_is_told_with_its_author(desk: Client, name: str) -> None:
    make, what = BULK[name]
    record, action = make(), name.partition(" ")[2]
    form = {"action": action, "_selected_action": [record.pk], "confirmed": "yes", **FILLED_IN.get(name, {})}

    desk.post(f"/admin/{record._meta.app_label}/{record._meta.model_name}/", form)

    newest = by_anna()[0]
    assert (newest.what, newest.actor, newest.request_id) == (what, "user:anna", "request-of-the-test")


@pytest.mark.parametrize("label", sorted(registered()))
def test_each_record_that_a_form_writes_has_a_trail_in_the_database(anna: User, label: str) -> None:
    """Of the record, of what its page edits beside it, and of its lists: whoever writes, and by whichever way."""
    desk = registered()[label]
    request = RequestFactory().get("/admin/")
    request.user = anna
    wanted = {verb for verb in VERB_OF_EVENT if getattr(desk, f"has_{verb}_permission")(request)}
    if label in OWN_TRAIL:
        return
    if label == "auth.user":
        wanted.add("change")

    tables = {desk.model._meta.db_table: wanted}
    lists = {"add", "delete"} if "change" in wanted else set()
    tables |= {field.m2m_db_table(): lists for field in desk.model._meta.many_to_many if field.name in _edited(desk)}
    tables |= {inline.model._meta.db_table: {"add", "change", "delete"} for inline in desk.inlines if wanted}

    missing = {table: verbs - _trailed(table) for table, verbs in tables.items()}
    assert {table: verbs for table, verbs in missing.items() if verbs} == {}


def _edited(desk: Any) -> set[str]:
    return {field.name for field in desk.model._meta.many_to_many}


def _trailed(table: str) -> set[str]:
    """The verbs after which a trigger of the table writes to the trail."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE 'pgtrigger_%%'",
            [table],
        )
        found = [row[0] for row in cursor.fetchall()]
    return {verb for verb, event in VERB_OF_EVENT.items() if any(f"AFTER {event}" in text for text in found)}


def test_a_login_that_is_let_in_again_says_what_was_forgotten(desk: Client) -> None:
    attempt = an_attempt()
    desk.post("/admin/axes/accessattempt/", {"action": "unlock", "_selected_action": [attempt.pk], "confirmed": "yes"})

    assert by_anna()[0].before == {"address": "127.0.0.1", "failures": 5}


def test_a_password_is_told_to_be_set_and_not_what_it_is(desk: Client) -> None:
    of_olga(desk)

    newest = by_anna()[0]
    assert (newest.what, newest.action) == ("operator", "password")
    assert "md5" not in str(page(Wanted(), among=kinds(), size=50))
