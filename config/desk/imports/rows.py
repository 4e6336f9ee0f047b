"""The rows of records: flat, with the id of what is corrected, or without one for what is new.

Specs, limits, forecasts and reservations have the rows that the API takes.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema, field_validator

from assets.api.bodies import Code, area_of_region
from assets.quantities import PositivePower, PricePerEnergy
from assets.vocabulary import AssetType, DeliveryArea, Provider, Region
from config.api.bodies import Body, left_out
from config.api.values import Day, Name, parse_count
from sites.api.bodies import AssetId, AssetIds, Efficiency, ServiceInterval
from sites.vocabulary import DispatchModeName


def _split(value: Any) -> Any:
    return value.replace(",", " ").split() if isinstance(value, str) else value


ListedIds = Annotated[AssetIds, BeforeValidator(_split), WithJsonSchema({"type": "string"})]
Days = Annotated[ServiceInterval, BeforeValidator(parse_count), WithJsonSchema({"type": "integer"})]


class AssetRow(Body):
    """An asset: new without an id."""

    id: AssetId = left_out()
    code: Code = left_out()
    name: Name = left_out()
    type: AssetType = left_out()
    region: Region = left_out()
    delivery_area: DeliveryArea = left_out()
    provider: Provider = left_out()
    go_live_date: Day = left_out()

    _area_lies_in_region = field_validator("delivery_area")(area_of_region)


class SiteRow(Body):
    """A site: new without an id."""

    id: AssetId = left_out()
    code: Code = left_out()
    name: Name = left_out()
    region: Region = left_out()
    delivery_area: DeliveryArea = left_out()
    dispatch_mode_name: DispatchModeName = left_out()
    dispatch_mode_floor_price: PricePerEnergy = left_out()
    dispatch_mode_strike_price: PricePerEnergy = left_out()

    _area_lies_in_region = field_validator("delivery_area")(area_of_region)


class InverterRow(Body):
    """An inverter: new without an id. `asset_ids` are parted by spaces or commas."""

    id: AssetId = left_out()
    site_id: AssetId = left_out()
    rated_power: PositivePower = left_out()
    charge_efficiency: Efficiency = left_out()
    discharge_efficiency: Efficiency = left_out()
    asset_ids: ListedIds = left_out()
    serial_number: Name = left_out()
    manufacturer: Name = left_out()
    model: Name = left_out()
    commissioned_on: Day = left_out()
    service_interval_days: Days = left_out()
    last_service_on: Day = left_out()
    rated_dc_power: PositivePower = left_out()
