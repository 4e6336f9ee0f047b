"""The events of a while: what the demo fleet sends between two looks at the clock.

Everything follows from the seed and the time, ids too: sent again after a restart, it is known already.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from assets.periods import SLOT
from assets.vocabulary import DispatchStatus, Lifecycle, ReasonCategory, Status
from config.api.values import edge, recorded
from config.desk.demo.simulation.fleet import SOLAR_PARK, Fleet, FleetAsset, FleetInverter
from config.desk.demo.simulation.storage import Storage, chance, slot_start
from config.desk.demo.simulation.sunshine import ambient_temperature, irradiance
from sites.vocabulary import InverterState

SOURCE, MARKET = "SIMULATOR", "INTRADAY"
LOOK_BACK = timedelta(hours=1)  # of dispatches, at the start: so that there is something to see at once
ISSUED_AHEAD, ACKNOWLEDGED_AFTER, SETTLED_AFTER = timedelta(minutes=5), timedelta(seconds=2), timedelta(seconds=1)
REJECTED_RARELY, DEGRADED_RARELY = 0.02, 0.01  # of the quarters of an hour
PERFORMANCE = 0.85  # of a solar park, of what its modules would give on a test bench
DEGRADED = {
    "category": ReasonCategory.TECHNICAL.value,
    "detail": "A fan of the cooling runs slow",
    "source": SOURCE,
    "attributes": {"fan": 3},
}
SUSPENDED = {"category": ReasonCategory.OPERATOR.value, "detail": "Suspended", "source": SOURCE, "attributes": {}}

Payload = Mapping[str, Any]


@dataclass
class Simulation:
    """What was sent last; the rest is a function of time."""

    seed: int
    since: datetime | None = None
    statuses: dict[str, Status] = field(default_factory=dict)

    def events_until(self, now: datetime, *, fleet: Fleet) -> list[tuple[str, Payload]]:
        """Each event since the last call, with the stream that it belongs to."""
        events = [*self._statuses(fleet, now), *self._dispatches(fleet, now)]
        events += [*self._snapshots(fleet, now), *self._telemetry(fleet, now)]
        self.since = now
        return events

    def _statuses(self, fleet: Fleet, now: datetime) -> Iterator[tuple[str, Payload]]:
        for asset in fleet.assets:
            status = self._status_of(asset, now)
            if asset.in_hand or self.statuses.get(asset.id, asset.status) == status:
                continue
            self.statuses[asset.id] = status
            reasons = {Status.DEGRADED: [DEGRADED], Status.OFFLINE: [SUSPENDED]}.get(status, [])
            yield (
                "statuses",
                {
                    "event_id": f"sim-{asset.id}-{now:%Y%m%dT%H%M%S}",
                    "asset_id": asset.id,
                    "status": status.value,
                    "effective_at": recorded(now),
                    "reasons": reasons,
                },
            )

    def _status_of(self, asset: FleetAsset, now: datetime) -> Status:
        if asset.lifecycle == Lifecycle.SUSPENDED:
            return Status.OFFLINE
        luck = chance(self.seed, asset.id, "status", slot_start(now)).random()
        return Status.DEGRADED if luck < DEGRADED_RARELY else Status.ONLINE

    def _dispatches(self, fleet: Fleet, now: datetime) -> Iterator[tuple[str, Payload]]:
        """What has become of each quarter's dispatch since the last look."""
        since = self.since or now - LOOK_BACK
        for asset in fleet.assets:
            if asset.lifecycle != Lifecycle.LIVE or asset.capacity is None:
                continue
            start = slot_start(since) - SLOT
            while start <= now + SLOT:
                for at, dispatch in self._dispatches_of(asset, start):
                    if since < at <= now:
                        yield "dispatches", dispatch
                start += SLOT

    def _dispatches_of(self, asset: FleetAsset, start: datetime) -> Iterator[tuple[datetime, Payload]]:
        """The life of a quarter's dispatch: when it takes each step. Rarely the first is rejected and a second made."""
        issued_at = start - ISSUED_AHEAD
        if chance(self.seed, asset.id, "rejected", start).random() < REJECTED_RARELY:
            first = self._dispatch(asset, start, number=1, issued_at=issued_at)
            yield issued_at, first
            yield issued_at + ACKNOWLEDGED_AFTER, first | {"status": DispatchStatus.REJECTED.value}
            issued_at += timedelta(minutes=1)
        dispatch = self._dispatch(asset, start, number=2, issued_at=issued_at)
        acknowledged_at = issued_at + ACKNOWLEDGED_AFTER
        taken = dispatch | {"acknowledged_at": recorded(acknowledged_at)}
        yield issued_at, dispatch
        yield acknowledged_at, taken | {"status": DispatchStatus.ACKNOWLEDGED.value}
        yield start + SLOT + SETTLED_AFTER, taken | {"status": DispatchStatus.EXECUTED.value}

    def _dispatch(self, asset: FleetAsset, start: datetime, *, number: int, issued_at: datetime) -> dict[str, Any]:
        return {
            "event_id": f"sim-{asset.id}-{start:%Y%m%dT%H%M}-{number}",
            "asset_id": asset.id,
            "start_time": edge(start),
            "end_time": edge(start + SLOT),
            "power": _text(self._storage(asset).power(start)),
            "source": SOURCE,
            "market": MARKET,
            "issued_at": recorded(issued_at),
            "status": DispatchStatus.ISSUED.value,
        }

    def _snapshots(self, fleet: Fleet, now: datetime) -> Iterator[tuple[str, Payload]]:
        for asset in fleet.assets:
            if asset.lifecycle != Lifecycle.LIVE or asset.capacity is None:
                continue
            storage = self._storage(asset)
            snapshot = {
                "event_id": f"sim-{asset.id}-{now:%Y%m%dT%H%M%S}",
                "asset_id": asset.id,
                "effective_at": recorded(now),
                "energy": _mwh(storage.stored(now)),
            }
            if self.since:
                flow = storage.flow(self.since, now)
                snapshot |= {"charged_energy": _mwh(flow.charged), "discharged_energy": _mwh(flow.discharged)}
            yield "state-snapshots", snapshot

    def _telemetry(self, fleet: Fleet, now: datetime) -> Iterator[tuple[str, Payload]]:
        at = f"{now:%Y%m%dT%H%M%S}"
        ambient = ambient_temperature(now)
        for inverter in fleet.inverters:
            energy, power = self._through(inverter, now)
            load = abs(power) / float(inverter.rated_power)
            reading = {
                "event_id": f"sim-{inverter.id}-{at}",
                "inverter_id": inverter.id,
                "time": recorded(now),
                "ac_power_kw": _text(power * 1000),
                "state": self._state_of(inverter, power, now).value,
                "temperature_c": _text(ambient + 6 + 22 * load, decimals=1),
            }
            yield "telemetry", reading | ({"energy_kwh": _text(max(0.0, energy) * 1000)} if self.since else {})
        for site_id in {one.site_id for one in fleet.inverters if one.asset.code == SOLAR_PARK}:
            yield (
                "telemetry",
                {
                    "event_id": f"sim-{site_id}-{at}",
                    "site_id": site_id,
                    "time": recorded(now),
                    "poa_irradiance_wm2": _text(irradiance(now, seed=self.seed), decimals=1),
                    "ambient_temperature_c": _text(ambient, decimals=1),
                },
            )

    def _through(self, inverter: FleetInverter, now: datetime) -> tuple[float, float]:
        """The MWh that an inverter has given to the grid since the last look, and its MW now."""
        asset, since = inverter.asset, self.since or now
        if asset.code == SOLAR_PARK:
            power = float(inverter.rated_power) * PERFORMANCE * irradiance(now, seed=self.seed) / 1000
            return power * ((now - since) / timedelta(hours=1)), power
        if asset.lifecycle != Lifecycle.LIVE or asset.capacity is None:
            return 0.0, 0.0
        storage = self._storage(asset)
        return storage.flow(since, now).to_grid * inverter.share, storage.power(now) * inverter.share

    def _state_of(self, inverter: FleetInverter, power: float, now: datetime) -> InverterState:
        if self._status_of(inverter.asset, now) == Status.DEGRADED:
            return InverterState.WARNING
        return InverterState.NORMAL if power else InverterState.STANDBY

    def _storage(self, asset: FleetAsset) -> Storage:
        return Storage(asset.id, float(asset.capacity or 0), self.seed)


def _text(number: float, *, decimals: int = 6) -> str:
    return f"{number:.{decimals}f}"


def _mwh(energy: float) -> dict[str, str]:
    return {"value": _text(energy), "unit": "MWh"}
