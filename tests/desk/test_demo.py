"""The demo fleet: seeded once, whole, and only where nothing else is."""

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from itertools import pairwise

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from assets.history import changes_of
from assets.models import Asset
from assets.operations import delete_asset
from assets.specs import active_specs
from assets.vocabulary import AREAS_OF_REGION, AssetType, Lifecycle
from config.desk.demo import credentials
from config.desk.demo.measurements import MEASURED, measured_days
from config.desk.demo.presence import ACTOR, records_held
from config.desk.demo.seeding import seed
from config.desk.demo.sibaya import ZONE
from markets.models import Limit
from partner.models import ApiKey, PartnerKey, PartnerProfile
from partner.operations.keys import revoke
from sites.models import Inverter, InverterReading, Site, SiteReading

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
SIBAYA = "DE_50HZ_SIBAYA_SITE_1"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def measured() -> list[dict[str, str]]:
    with MEASURED.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_fleet_has_every_type_in_every_area() -> None:
    seed(now=NOON)
    fleet = Asset.objects.all()
    assert {asset.type for asset in fleet} == set(AssetType)
    assert {asset.delivery_area for asset in fleet} == {area for areas in AREAS_OF_REGION.values() for area in areas}


def test_the_fleet_has_an_asset_in_every_state_reached_by_the_transitions() -> None:
    """[A5]: an asset's history shows each step."""
    seed(now=NOON)
    assert {asset.lifecycle for asset in Asset.objects.all()} == set(Lifecycle)
    changes, _ = changes_of(asset_id="DE_AMPN_HAMM_1", limit=10)
    assert [(change.after or {})["lifecycle"] for change in changes] == ["SUSPENDED", "LIVE", "COMMISSIONING", "DRAFT"]


def test_every_record_of_the_demo_says_who_made_it() -> None:
    seed(now=NOON)
    for model in (Asset, Site, Inverter, PartnerProfile, ApiKey, PartnerKey):
        events = model.pgh_event_model.objects.all()  # type: ignore[union-attr]
        assert {event.pgh_context["actor"] for event in events} == {ACTOR}


def test_the_measured_days_are_the_last_five_complete_local_days() -> None:
    days = measured_days(zone=ZONE, now=NOON)
    assert len(days) == 480
    assert days[0].time.astimezone(ZONE) == datetime(2026, 5, 15, tzinfo=ZONE)
    assert days[-1].time.astimezone(ZONE) == datetime(2026, 5, 19, 23, 45, tzinfo=ZONE)
    assert all(later.time - earlier.time == timedelta(minutes=15) for earlier, later in pairwise(days))


@pytest.mark.parametrize(
    ("now", "yesterday"),
    [
        (datetime(2026, 5, 20, 21, 59, tzinfo=UTC), date(2026, 5, 19)),
        (datetime(2026, 5, 20, 22, 0, tzinfo=UTC), date(2026, 5, 20)),
    ],
)
def test_yesterday_is_the_plants_and_not_the_servers(now: datetime, yesterday: date) -> None:
    assert measured_days(zone=ZONE, now=now)[-1].time.astimezone(ZONE).date() == yesterday


def test_every_row_keeps_the_clock_time_at_which_it_was_measured() -> None:
    """What was measured at ten in Golden, seven hours behind UTC, is at ten in Johannesburg."""
    rows = [datetime.fromisoformat(row["time"]) - timedelta(hours=7) for row in measured()]
    days = measured_days(zone=ZONE, now=NOON)
    assert [one.time.astimezone(ZONE).time() for one in days] == [row.time() for row in rows]


def test_the_plant_is_fed_with_what_was_measured() -> None:
    seed(now=NOON)
    rows = measured()
    whole = sum(Decimal(row["site_ac_power_kw"]) for row in rows)
    inverter_2 = sum(Decimal(row["inverter_2_ac_power_kw"]) for row in rows)
    stored = {
        inverter.rated_dc_power: sum(
            InverterReading.objects.filter(inverter=inverter).values_list("ac_power_kw", flat=True)
        )
        for inverter in Inverter.objects.filter(site=SIBAYA)
    }
    assert stored == {Decimal("0.16"): inverter_2, Decimal("0.248"): whole - inverter_2}
    irradiance = SiteReading.objects.filter(site=SIBAYA).values_list("poa_irradiance_wm2", flat=True)
    assert sum(value or 0 for value in irradiance) == sum(Decimal(row["poa_irradiance_wm2"]) for row in rows)


def test_the_coming_days_have_limits_of_several_sources() -> None:
    seed(now=NOON)
    rows = Limit.objects.filter(asset_id="DE_TNNT_WILSTER_1")
    assert set(rows.values_list("source", flat=True)) == {"REPORTED", "OPERATIONS", "CUSTOMER", "AVAILABILITY"}
    assert min(row.start_time for row in rows) == datetime(2026, 5, 20, tzinfo=UTC)
    assert max(row.end_time for row in rows) == datetime(2026, 5, 27, tzinfo=UTC)
    assert rows.filter(trading_locked=True).count() == 16
    assert Limit.objects.values("asset_id").distinct().count() == 4


def test_the_batteries_that_have_limits_have_specs() -> None:
    seed(now=NOON)
    limited = set(Limit.objects.values_list("asset_id", flat=True))
    specs = active_specs(asset_ids=limited, at=NOON)
    assert set(specs) == limited
    assert specs["PL_PSE_ZARNOWIEC_1"].max_capacity == 100


def test_a_second_time_changes_nothing() -> None:
    first = seed(now=NOON)
    before = records_held()
    assert seed(now=NOON + timedelta(days=1)) == "The demo fleet is in place."
    assert first == "The demo fleet is seeded: 10 assets at 6 sites."
    assert records_held() == before


def test_what_an_operator_has_deleted_does_not_come_back() -> None:
    seed(now=NOON)
    delete_asset(asset_id="DE_TNNT_WILSTER-SWAP_1", by="user:anna")
    seed(now=NOON)
    assert not Asset.objects.filter(pk="DE_TNNT_WILSTER-SWAP_1").exists()


def test_it_does_not_come_among_other_records() -> None:
    get_user_model().objects.create_user("anna")
    assert seed(now=NOON) == "No demo: the database holds 1 user."
    assert not Asset.objects.exists()


def test_it_can_be_turned_off(settings: Settings) -> None:
    settings.DEMO = False
    assert seed(now=NOON) == "No demo: LEITSTAND_DEMO is 0."
    assert not Asset.objects.exists()
    assert credentials.describe() == []


def test_the_command_says_what_was_done() -> None:
    said = StringIO()
    call_command("seed_demo", stdout=said)
    assert said.getvalue() == "The demo fleet is seeded: 10 assets at 6 sites.\n"


def test_the_described_keys_and_login_open(client: Client) -> None:
    seed(now=NOON)
    lines = credentials.describe(url="http://127.0.0.1:8123")
    words = " ".join(lines).split()
    api_key, partner_key = (next(word for word in words if word.startswith(prefix)) for prefix in ("lst_", "lsp_"))
    assert client.get("/api/v1/assets", headers={"Authorization": f"Bearer {api_key}"}).status_code == 200
    answer = client.get("/partner/kpi-rollup?site_id=Sibaya", headers={"x-api-key": partner_key})
    assert (answer.status_code, answer.json()["error"]) == (404, "Not found")  # nothing is computed yet
    login = {"username": "operator", "password": words[words.index("password") + 1]}
    assert client.post("/admin/login/", login).status_code == 302
    assert any("http://127.0.0.1:8123/admin" in line for line in lines)


def test_each_start_describes_the_same_keys_and_nothing_stores_them() -> None:
    """[C14]: what is stored cannot be turned back into a key."""
    seed(now=NOON)
    assert credentials.describe() == credentials.describe()
    stored = f"{list(ApiKey.objects.values())}{list(PartnerKey.objects.values())}"
    assert credentials.api_secret() not in stored
    assert credentials.partner_secret() not in stored


def test_another_secret_key_gives_other_credentials(settings: Settings) -> None:
    one = credentials.password(), credentials.api_secret(), credentials.partner_secret()
    settings.SECRET_KEY = "another"
    other = credentials.password(), credentials.api_secret(), credentials.partner_secret()
    assert len({*one, *other}) == 6


def test_what_no_longer_opens_is_not_described() -> None:
    seed(now=NOON)
    operator = get_user_model().objects.get()
    operator.set_password("my own")
    operator.save()
    for key in (ApiKey.objects.get(), PartnerKey.objects.get()):
        revoke(key=key, by="user:operator", now=NOON)
    described = "\n".join(credentials.describe())
    for secret in (credentials.password(), credentials.api_secret(), credentials.partner_secret()):
        assert secret not in described
