"""What the demo fleet sends: plausible, the same for a seed, and stored by the worker as anybody's events are."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from assets import lifecycle
from assets.models import Asset, Dispatch, StateSnapshot, StatusEntry
from assets.statuses import set_status
from assets.vocabulary import ReasonCategory, Status
from config.desk.demo.batteries import BATTERIES
from config.desk.demo.seeding import seed
from config.desk.demo.simulation.events import Payload, Simulation
from config.desk.demo.simulation.fleet import Fleet, fleet_in_place
from config.desk.demo.simulation.storage import CHARGE_EFFICIENCY, DISCHARGE_EFFICIENCY, Storage
from config.desk.demo.simulation.sunshine import irradiance
from config.desk.ingest.names import STREAMS
from sites.models import InverterReading
from tests.desk.ingest.streams import dead, ingest

NOW = datetime(2026, 5, 20, 10, 7, 30, tzinfo=UTC)
HAMM, BOXBERG = "DE_AMPN_HAMM_1", "DE_50HZ_BOXBERG_1"
DAY = timedelta(days=1)
SLOT = timedelta(minutes=15)

Sent = list[tuple[str, Payload]]


def of(stream: str, events: Sent, **fields: Any) -> list[Payload]:
    """Those events of a stream that have these fields."""
    return [one for name, one in events if name == stream and fields.items() <= one.items()]


def times(since: datetime, until: datetime, step: timedelta) -> list[datetime]:
    return [since + step * number for number in range(int((until - since) / step) + 1)]


class TestStorage:
    @pytest.mark.parametrize("battery", BATTERIES, ids=lambda battery: battery.asset_code)
    @pytest.mark.parametrize("number", range(3))
    def test_it_stays_within_what_the_battery_can_do(self, battery: Any, number: int) -> None:
        storage = Storage(f"{battery.asset_code}_1", float(battery.capacity), number)
        for at in times(NOW, NOW + 7 * DAY, SLOT):
            assert 0 < storage.stored(at) < battery.capacity
            assert abs(storage.power(at)) <= battery.power
        most = float(battery.spec["daily_cycle_energy_limit"])
        assert storage.flow(NOW, NOW + DAY).discharged <= most

    def test_what_goes_in_and_out_is_what_the_store_gains(self) -> None:
        storage = Storage(BOXBERG, 80, 1)
        for since, until in pairwise(times(NOW, NOW + DAY, timedelta(minutes=7))):
            flow = storage.flow(since, until)
            assert storage.stored(until) - storage.stored(since) == pytest.approx(flow.charged - flow.discharged)
            lost = flow.charged / CHARGE_EFFICIENCY - flow.discharged * DISCHARGE_EFFICIENCY
            assert flow.to_grid == pytest.approx(-lost)

    def test_energy_is_power_times_time(self) -> None:
        storage = Storage(BOXBERG, 80, 1)
        for start in times(NOW.replace(minute=0, second=0), NOW + DAY, SLOT):
            within = storage.flow(start + timedelta(minutes=2), start + timedelta(minutes=8))
            assert within.to_grid == pytest.approx(storage.power(start) * 6 / 60)

    def test_it_charges_and_discharges_and_is_another_for_another_seed(self) -> None:
        powers = [Storage(BOXBERG, 80, 1).power(at) for at in times(NOW, NOW + DAY, SLOT)]
        assert min(powers) < -10 < 10 < max(powers)
        assert powers == [Storage(BOXBERG, 80, 1).power(at) for at in times(NOW, NOW + DAY, SLOT)]
        assert powers != [Storage(BOXBERG, 80, 2).power(at) for at in times(NOW, NOW + DAY, SLOT)]


class TestSunshine:
    def test_the_sun_shines_by_day_and_more_in_summer(self) -> None:
        summer, winter = (datetime(2026, month, 21, tzinfo=UTC) for month in (6, 12))
        hours = {
            day: [irradiance(day + timedelta(hours=hour), seed=1) for hour in range(24)] for day in (summer, winter)
        }
        assert [hours[summer][hour] for hour in (0, 1, 22, 23)] == [0, 0, 0, 0]
        assert all(0 < hours[summer][hour] < 1000 for hour in range(6, 18))
        assert sum(hours[summer]) > 3 * sum(hours[winter]) > 0


@pytest.mark.django_db
class TestEvents:
    @pytest.fixture(autouse=True)
    def _seeded(self, settings: Settings) -> None:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        seed(now=NOW - DAY)

    @pytest.fixture
    def fleet(self) -> Fleet:
        return fleet_in_place()

    @pytest.fixture
    def day(self, fleet: Fleet) -> Sent:
        """A day of events, in steps of five minutes."""
        simulation = Simulation(seed=1)
        return [
            one
            for at in times(NOW, NOW + DAY, timedelta(minutes=5))
            for one in simulation.events_until(at, fleet=fleet)
        ]

    def test_the_first_look_already_has_something_of_every_stream(self, fleet: Fleet) -> None:
        first = Simulation(seed=1).events_until(NOW, fleet=fleet)
        assert {stream for stream, _ in first} == set(STREAMS)
        assert {one["status"] for one in of("dispatches", first)} >= {"ISSUED", "ACKNOWLEDGED", "EXECUTED"}
        assert {one["asset_id"]: one["status"] for one in of("statuses", first)}[BOXBERG] == "ONLINE"
        assert all("charged_energy" not in one for one in of("state-snapshots", first))

    def test_nothing_is_sent_of_what_was_measured(self, day: Sent) -> None:
        assert "SIBAYA" not in json.dumps(day)

    def test_the_same_seed_sends_the_same_and_every_event_has_its_own_id(self, fleet: Fleet, day: Sent) -> None:
        first = Simulation(seed=1).events_until(NOW, fleet=fleet)
        assert day[: len(first)] == first
        assert Simulation(seed=2).events_until(NOW, fleet=fleet) != first
        for stream in STREAMS:
            ids = [(one["event_id"], one.get("status")) for one in of(stream, day)]
            assert len(ids) == len(set(ids))
            assert max(len(event_id) for event_id, _ in ids) <= 64

    def test_each_quarter_has_its_dispatch_which_takes_its_steps_in_order(self, day: Sent) -> None:
        steps: dict[str, list[str]] = {}
        for one in of("dispatches", day, asset_id=BOXBERG):
            steps.setdefault(one["event_id"], []).append(one["status"])
        ways = {tuple(way) for way in list(steps.values())[5:-2]}  # those of which the day has seen all
        assert ways <= {("ISSUED", "ACKNOWLEDGED", "EXECUTED"), ("ISSUED", "REJECTED")}
        taken = of("dispatches", day, asset_id=BOXBERG, status="EXECUTED")
        assert len(taken) in range(96, 102)
        assert all(a["end_time"] == b["start_time"] for a, b in pairwise(taken))

    def test_snapshots_agree_with_each_other_and_with_the_power_of_the_dispatches(self, day: Sent) -> None:
        snapshots = of("state-snapshots", day, asset_id=BOXBERG)
        for before, after in pairwise(snapshots):
            values = [Decimal(one["energy"]["value"]) for one in (before, after)]
            gain = Decimal(after["charged_energy"]["value"]) - Decimal(after["discharged_energy"]["value"])
            assert abs(values[1] - values[0] - gain) < Decimal("0.00001")
        powers = {one["start_time"]: Decimal(one["power"]) for one in of("dispatches", day, asset_id=BOXBERG)}
        sites = of("telemetry", day, inverter_id="DE_50HZ_BOXBERG_SITE_1_INV_1")
        for reading in sites:
            at = datetime.fromisoformat(reading["time"])
            start = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
            power = powers[start.strftime("%Y-%m-%dT%H:%M:%SZ")]
            assert abs(Decimal(reading["ac_power_kw"]) - power * 500) < Decimal("0.01")  # half of it each

    def test_a_suspended_asset_is_offline_and_its_inverter_stands_by(self, day: Sent) -> None:
        (status,) = of("statuses", day, asset_id=HAMM)
        assert (status["status"], status["reasons"][0]["detail"]) == ("OFFLINE", "Suspended")
        readings = of("telemetry", day, inverter_id="DE_AMPN_HAMM_SITE_1_INV_1")
        assert {(one["state"], float(one["ac_power_kw"])) for one in readings} == {("STANDBY", 0.0)}

    def test_the_solar_park_follows_the_sun(self, day: Sent) -> None:
        powers = [
            float(one["ac_power_kw"]) for one in of("telemetry", day, inverter_id="DE_TNBW_OCHSENHAUSEN_SITE_1_INV_1")
        ]
        light = [
            float(one["poa_irradiance_wm2"]) for one in of("telemetry", day, site_id="DE_TNBW_OCHSENHAUSEN_SITE_1")
        ]
        assert max(powers) > 2_000
        assert [power > 0 for power in powers].count(False) > 60
        assert all(
            power == pytest.approx(5000 * 0.85 * given / 1000, abs=1)
            for power, given in zip(powers, light, strict=True)
        )

    def test_a_status_is_mostly_online_and_rarely_degraded(self, fleet: Fleet) -> None:
        simulation, changes = Simulation(seed=1), []
        for at in times(NOW, NOW + 7 * DAY, SLOT):
            changes += [one for _, one in simulation._statuses(fleet, at)]
        degraded = [one for one in changes if one["status"] == "DEGRADED"]
        assert 10 < len(degraded) < 100
        assert all(one["reasons"] for one in degraded)

    def test_what_an_operator_said_is_left_alone_until_they_say_that_it_is_well(self) -> None:
        def say(status: Status) -> None:
            set_status(
                asset_id=BOXBERG,
                status=status,
                category=ReasonCategory.OPERATOR,
                detail="Inspection",
                by="user:anna",
                now=timezone.now(),
            )

        say(Status.MAINTENANCE)
        assert of("statuses", Simulation(seed=1).events_until(NOW, fleet=fleet_in_place()), asset_id=BOXBERG) == []
        say(Status.ONLINE)
        simulation = Simulation(seed=1)
        changes = [
            of("statuses", simulation.events_until(at, fleet=fleet_in_place()), asset_id=BOXBERG)
            for at in times(NOW, NOW + 3 * DAY, SLOT)
        ]
        assert any(changes)

    def test_it_follows_what_operators_do_with_the_fleet(self) -> None:
        lifecycle.move(asset_id=BOXBERG, action="suspend", by="user:anna", now=NOW)
        events = Simulation(seed=1).events_until(NOW, fleet=fleet_in_place())
        assert of("dispatches", events, asset_id=BOXBERG) == of("state-snapshots", events, asset_id=BOXBERG) == []
        assert [one["status"] for one in of("statuses", events, asset_id=BOXBERG)] == ["OFFLINE"]

    def test_it_makes_do_with_a_fleet_that_has_shrunk(self) -> None:
        Asset.objects.filter(code="WILSTER-SWAP").delete()
        events = Simulation(seed=1).events_until(NOW, fleet=fleet_in_place())
        assert of("state-snapshots", events)


@pytest.mark.django_db
def test_what_the_command_sends_is_stored_by_the_worker(settings: Settings) -> None:
    """[E1]: none of it is refused."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    seed(now=timezone.now())

    call_command("simulate_fleet", interval=1, ticks=2)
    ingest()

    assert {stream: dead(stream) for stream in STREAMS} == {stream: [] for stream in STREAMS}
    assert Dispatch.objects.count() > 10
    assert StateSnapshot.objects.count() == 2 * len(BATTERIES)
    assert InverterReading.objects.filter(inverter__site__code="BOXBERG").count() == 2 * 2
    assert StatusEntry.objects.exclude(status=Status.UNKNOWN).count() == 7


@pytest.mark.django_db
def test_without_redis_it_goes_on_without_a_word_to_anybody_but_the_log(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    seed(now=timezone.now())
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    call_command("simulate_fleet", ticks=1)
    assert "Nothing is sent this time" in caplog.text


@pytest.mark.django_db
def test_without_a_demo_fleet_it_says_so() -> None:
    with pytest.raises(CommandError, match=r"There is no demo fleet in this database\."):
        call_command("simulate_fleet", ticks=1)
