"""Putting the demo into a database that holds nothing yet: once, whole, and by the operations that the APIs call."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model

from assets import lifecycle
from assets.operations import create_asset
from assets.period_store import put_periods
from assets.specs import put_spec
from config.api.audit import change
from config.api.scopes import SCOPES
from config.database.transactions import try_lock
from config.desk.demo import credentials
from config.desk.demo.batteries import BATTERIES
from config.desk.demo.fleet import ASSETS, SITES, DemoAsset, DemoInverter, DemoSite, region_of
from config.desk.demo.limits import limit_items
from config.desk.demo.measurements import inverter_readings, measured_days, site_readings
from config.desk.demo.presence import ACTOR, is_seeded, records_held
from config.desk.demo.sibaya import PROFILE, SIBAYA, TARIFF_PERIODS, ZONE
from markets.operations.limits import put_limits
from partner.operations.keys import issue_key, issue_partner_key
from partner.operations.profiles import save_profile, set_tariff_periods
from sites.models import Site
from sites.operations import create_inverter, create_site
from sites.telemetry import INVERTERS
from sites.telemetry import SITES as SITE_SENSORS


def seed(*, now: datetime) -> str:
    """Seed the demo unless it is there, is turned off, or would come among other records; a sentence says which.

    One transaction: a start that is killed in the middle has seeded nothing.
    """
    if not settings.DEMO:
        return "No demo: LEITSTAND_DEMO is 0."
    with change(ACTOR):
        if not try_lock(ACTOR):
            return "Another process is seeding the demo fleet."
        if is_seeded():
            return "The demo fleet is in place."
        if held := records_held():
            return f"No demo: the database holds {', '.join(held)}."
        asset_ids = {asset.code: _add_asset(asset, now=now) for asset in ASSETS}
        for site in SITES:
            _add_site(site, asset_ids=asset_ids, now=now)
        for battery in BATTERIES:
            asset_id = asset_ids[battery.asset_code]
            put_spec(asset_id=asset_id, valid_from=battery.since, changes=battery.spec, by=ACTOR, now=now)
        put_limits(items=limit_items(asset_ids, today=now.astimezone(UTC).date()), now=now)
        sibaya = _add_site(SIBAYA, asset_ids=asset_ids, now=now)
        _feed(sibaya, now=now)
        _show_to_partners(sibaya, now=now)
        _let_in(now=now)
    return f"The demo fleet is seeded: {len(asset_ids)} assets at {len(SITES) + 1} sites."


def _add_asset(asset: DemoAsset, *, now: datetime) -> str:
    """The new asset's id, when it has come to where it is in its life."""
    fields = {
        "code": asset.code,
        "name": asset.name,
        "type": asset.type,
        "region": region_of(asset.delivery_area),
        "delivery_area": asset.delivery_area,
        "provider": asset.provider,
        "go_live_date": asset.go_live_date,
    }
    asset_id = create_asset(fields=fields, by=ACTOR, now=now).pk
    for action in asset.life:
        lifecycle.move(asset_id=asset_id, action=action, by=ACTOR, now=now)
    return asset_id


def _add_site(site: DemoSite, *, asset_ids: Mapping[str, str], now: datetime) -> Site:
    fields = {
        "code": site.code,
        "name": site.name,
        "region": region_of(site.delivery_area),
        "delivery_area": site.delivery_area,
        "dispatch_mode_name": site.dispatch_mode,
    }
    added = create_site(fields=fields, floor_price=site.floor_price, strike_price=site.strike_price, by=ACTOR, now=now)
    for inverter in site.inverters:
        _add_inverter(inverter, site=added, asset_ids=asset_ids, now=now)
    return added


def _add_inverter(inverter: DemoInverter, *, site: Site, asset_ids: Mapping[str, str], now: datetime) -> None:
    serviced = inverter.serviced_days_ago
    create_inverter(
        site_id=site.pk,
        fields={
            "rated_power": inverter.rated_power,
            "charge_efficiency": inverter.efficiency,
            "discharge_efficiency": inverter.efficiency,
            "last_service_on": None if serviced is None else now.date() - timedelta(days=serviced),
            **inverter.plant_data,
        },
        asset_ids=[asset_ids[code] for code in inverter.asset_codes],
        by=ACTOR,
        now=now,
    )


def _feed(site: Site, *, now: datetime) -> None:
    """Give the plant its measured days."""
    days = measured_days(zone=ZONE, now=now)
    rest_id, inverter_2_id = site.inverters.order_by("id").values_list("pk", flat=True)
    readings = inverter_readings(days, rest_id=rest_id, inverter_2_id=inverter_2_id)
    put_periods(INVERTERS, items=readings, now=now)
    put_periods(SITE_SENSORS, items=site_readings(days, site_id=site.pk), now=now)


def _show_to_partners(site: Site, *, now: datetime) -> None:
    profile = save_profile(site=site, fields=PROFILE, by=ACTOR, now=now)
    set_tariff_periods(profile=profile, periods=TARIFF_PERIODS, by=ACTOR)
    issue_partner_key(name="demo", sites=[site.pk], secret=credentials.partner_secret(), by=ACTOR, now=now)


def _let_in(*, now: datetime) -> None:
    """The demo operator, and the key of the Asset Service that may do everything."""
    get_user_model().objects.create_superuser(credentials.OPERATOR, password=credentials.password())
    issue_key(name="demo", scopes=SCOPES, secret=credentials.api_secret(), by=ACTOR, now=now)
