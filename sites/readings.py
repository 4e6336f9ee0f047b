"""What is measured, as it comes in: over HTTP, out of a file, or from the event stream [T1]."""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from config.api.bodies import Body
from config.api.values import Amount, Instant, NonNegative
from sites.vocabulary import InverterState

# Ids are looked up, so any text of a plausible length will do: what does not exist is unknown, not malformed.
OwnerId = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100)]
ErrorCode = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=64)]


class InverterReadingItem(Body):
    """What an inverter measured at an instant. What is left out is not known: it is stored as null."""

    inverter_id: OwnerId
    time: Instant
    ac_power_kw: Amount = Field(description="Out of the inverter; negative where it draws.")
    energy_kwh: NonNegative | None = Field(None, description="Delivered since the reading before.")
    state: InverterState | None = None
    temperature_c: Amount | None = None
    error_code: ErrorCode | None = None


class SiteReadingItem(Body):
    """What a site's sensors measured at an instant: at least one value. What is left out is stored as null."""

    site_id: OwnerId
    time: Instant
    poa_irradiance_wm2: Amount | None = Field(None, description="In the plane of the modules; sensors drift below 0.")
    ambient_temperature_c: Amount | None = None
    consumption_kw: NonNegative | None = Field(None, description="Of the site's loads.")

    @model_validator(mode="after")
    def _has_a_value(self) -> "SiteReadingItem":
        if self.poa_irradiance_wm2 is None and self.ambient_temperature_c is None and self.consumption_kw is None:
            raise PydanticCustomError("no_value", "A reading should have at least one value")
        return self
