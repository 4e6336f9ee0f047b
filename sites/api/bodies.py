"""What the endpoints of sites and inverters take and answer [ST1] to [ST5]."""

from collections import Counter
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Gt, Le
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from assets.api.bodies import Code, area_of_region
from assets.quantities import PositivePower, Price, PricePerEnergy, Quantity
from assets.vocabulary import DeliveryArea, Region
from config.api.bodies import Body, left_out
from config.api.pagination import PageQuery
from config.api.values import Day, Name, PlainDecimal, Recorded, parse_amount
from sites.dispatch_mode import objection, prices_of
from sites.models import Inverter, Site
from sites.queries import asset_ids_of
from sites.vocabulary import LONGEST_SERVICE_INTERVAL, MOST_ASSETS, DispatchModeName

NUMBER_SCHEMA = {"anyOf": [{"type": "number"}, {"type": "string"}], "examples": ["0.97"]}


def _without_repeats(asset_ids: list[str]) -> list[str]:
    repeated = [asset_id for asset_id, count in Counter(asset_ids).items() if count > 1]
    if repeated:
        raise PydanticCustomError("repeated", "{ids} should be listed once", {"ids": ", ".join(repeated)})
    return asset_ids


AssetId = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100)]
AssetIds = Annotated[list[AssetId], Field(min_length=1, max_length=MOST_ASSETS), AfterValidator(_without_repeats)]
Efficiency = Annotated[Decimal, Gt(0), Le(1), BeforeValidator(parse_amount), WithJsonSchema(NUMBER_SCHEMA)]
ServiceInterval = Annotated[int, Field(strict=True, ge=1, le=LONGEST_SERVICE_INTERVAL)]


class DispatchMode(Body):
    """How a new site is dispatched. Prices may be negative; the floor is not above the strike, in one currency."""

    name: DispatchModeName
    floor_price: PricePerEnergy | None = None
    strike_price: PricePerEnergy | None = None

    @field_validator("strike_price")
    @classmethod
    def _stands_with_floor(cls, strike: Price | None, info: ValidationInfo) -> Price | None:
        if sentence := objection(floor=info.data.get("floor_price"), strike=strike):
            raise PydanticCustomError("dispatch_mode", "{sentence}", {"sentence": sentence})
        return strike


class CreateSite(Body):
    """A new site's master record."""

    name: Name
    code: Code
    region: Region
    delivery_area: DeliveryArea
    dispatch_mode: DispatchMode

    _area_lies_in_region = field_validator("delivery_area")(area_of_region)


class PatchSite(Body):
    """The fields to change; those that are left out stay as they are. null clears a price and nothing else."""

    name: Name = left_out()
    dispatch_mode_name: DispatchModeName = left_out()
    dispatch_mode_floor_price: PricePerEnergy | None = left_out()
    dispatch_mode_strike_price: PricePerEnergy | None = left_out()


class PlantData(Body):
    """What may be known of an inverter as a device [ST5]; in a patch null clears it."""

    serial_number: Name | None = left_out()
    manufacturer: Name | None = left_out()
    model: Name | None = left_out()
    commissioned_on: Day | None = left_out()
    service_interval_days: ServiceInterval | None = left_out()
    last_service_on: Day | None = left_out()
    rated_dc_power: PositivePower | None = left_out()


class CreateInverter(PlantData):
    """A new inverter of a site, and the assets behind it."""

    rated_power: PositivePower
    charge_efficiency: Efficiency
    discharge_efficiency: Efficiency
    asset_ids: AssetIds


class PatchInverter(PlantData):
    """The fields to change; those that are left out stay as they are. null clears plant data and nothing else."""

    rated_power: PositivePower = left_out()
    charge_efficiency: Efficiency = left_out()
    discharge_efficiency: Efficiency = left_out()
    asset_ids: AssetIds = left_out()


class DispatchModeBody(BaseModel):
    """How a site is dispatched."""

    name: DispatchModeName
    floor_price: Quantity | None
    strike_price: Quantity | None

    @classmethod
    def of(cls, site: Site) -> "DispatchModeBody":
        """The mode of a site."""
        floor, strike = prices_of(site)
        return cls(
            name=DispatchModeName(site.dispatch_mode_name), floor_price=_quantity(floor), strike_price=_quantity(strike)
        )


class InverterBody(BaseModel):
    """An inverter, and the assets behind it in the order in which they were listed."""

    id: str
    site_id: str
    rated_power: Quantity
    charge_efficiency: PlainDecimal
    discharge_efficiency: PlainDecimal
    asset_ids: list[str]
    serial_number: str | None
    manufacturer: str | None
    model: str | None
    commissioned_on: Day | None
    service_interval_days: int | None
    last_service_on: Day | None
    rated_dc_power: Quantity | None
    created_at: Recorded
    updated_at: Recorded

    @classmethod
    def of(cls, inverter: Inverter) -> "InverterBody":
        """The body of an inverter that was read with its assets."""
        return cls(
            id=inverter.pk,
            site_id=inverter.site_id,
            rated_power=_megawatts(inverter.rated_power),
            charge_efficiency=inverter.charge_efficiency,
            discharge_efficiency=inverter.discharge_efficiency,
            asset_ids=asset_ids_of(inverter),
            serial_number=inverter.serial_number,
            manufacturer=inverter.manufacturer,
            model=inverter.model,
            commissioned_on=inverter.commissioned_on,
            service_interval_days=inverter.service_interval_days,
            last_service_on=inverter.last_service_on,
            rated_dc_power=None if inverter.rated_dc_power is None else _megawatts(inverter.rated_dc_power),
            created_at=inverter.created_at,
            updated_at=inverter.updated_at,
        )


class SiteBody(BaseModel):
    """A site's master record; `inverters` is empty in lists that were not asked to expand it."""

    id: str
    name: str
    code: str
    region: Region
    delivery_area: DeliveryArea
    dispatch_mode: DispatchModeBody
    created_at: Recorded
    updated_at: Recorded
    inverters: list[InverterBody]

    @classmethod
    def of(cls, site: Site, *, filled: bool) -> "SiteBody":
        """The body of a site; `filled`: with the inverters that it was read with."""
        return cls(
            id=site.pk,
            name=site.name,
            code=site.code,
            region=Region(site.region),
            delivery_area=DeliveryArea(site.delivery_area),
            dispatch_mode=DispatchModeBody.of(site),
            created_at=site.created_at,
            updated_at=site.updated_at,
            inverters=[InverterBody.of(inverter) for inverter in site.inverters.all()] if filled else [],
        )


class SiteList(BaseModel):
    """A page of sites, ordered by id."""

    limit: int
    offset: int | None
    sites: list[SiteBody]


class InverterList(BaseModel):
    """A page of a site's inverters, ordered by id."""

    limit: int
    offset: int | None
    inverters: list[InverterBody]


class SiteQuery(PageQuery):
    """Which sites, and whether with their inverters."""

    region: Region | None = None
    delivery_area: DeliveryArea | None = None
    asset_id: AssetId | None = Field(None, description="Sites that have this asset behind an inverter.")
    expand: Literal["inverters"] | None = Field(None, description="`inverters` fills the field of that name.")


def _megawatts(power: Decimal) -> Quantity:
    return Quantity(value=power, unit="MW")


def _quantity(price: Price | None) -> Quantity | None:
    if price is None:
        return None
    return Quantity.model_validate({"value": price.amount, "unit": f"{price.currency}/MWh"})
