"""From where on something is a maintenance signal, and how bad: defaults, which a partner profile may override [P3]."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from pydantic import BaseModel, ConfigDict, Field
from pydantic import ValidationError as Invalid


class Thresholds(BaseModel):
    """The thresholds of a site; docs/partner-metrics.md says what each is for."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True, strict=True)

    lookback_days: float = Field(default=7, ge=1, le=31, multiple_of=1)
    window_minutes: float = Field(default=60, ge=15, le=240, multiple_of=1)
    zero_irradiance_wm2: float = Field(default=50, ge=20, le=500)
    zero_production_pct: float = Field(default=0.5, ge=0, le=5)
    capacity_irradiance_wm2: float = Field(default=200, ge=20, le=1000)
    capacity_pct: float = Field(default=70, ge=1, le=100)
    capacity_medium_pct: float = Field(default=50, ge=0, le=100)
    capacity_high_pct: float = Field(default=25, ge=0, le=100)
    temperature_c: float = Field(default=70, ge=20, le=150)
    temperature_step_c: float = Field(default=5, ge=1, le=50)
    long_minutes: float = Field(default=120, ge=15, le=1440, multiple_of=1)
    anomaly_days: float = Field(default=7, ge=1, le=31, multiple_of=1)


def thresholds_of(given: Mapping[str, Any]) -> Thresholds:
    """The defaults with what is given in their place."""
    return Thresholds.model_validate(given)


def are_thresholds(given: Any) -> None:
    """Every name is a threshold's and every number within its range; the database checks that too."""
    try:
        thresholds_of(given)
    except Invalid as invalid:
        faults = invalid.errors(include_url=False, include_context=False, include_input=False)
        raise ValidationError([f"{'.'.join(map(str, one['loc'])) or 'All'}: {one['msg']}" for one in faults]) from None
