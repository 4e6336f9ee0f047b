"""What can be imported and exported, written once: the rows of each kind, who may, and what stores them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assets.api.spec_bodies import PatchSpec
from assets.period_rows import load_periods
from config.api.batches import Stored
from config.api.bodies import Body
from config.api.rows import RowColumn, columns_of
from config.desk.imports import records
from config.desk.imports.rows import AssetRow, InverterRow, SiteRow
from markets.limit_items import LimitItem
from markets.operations.limit_rows import load_limits
from markets.period_items import ForecastItem, ReservationItem
from markets.periods import FORECASTS, RESERVATIONS

MOST_RECORDS = 5_000  # each is an operation of its own: thousands take minutes
MOST_PERIODS = 100_000  # each is checked by itself, and kept until all are; the API takes more

# What is done while its sender waits; more is the worker's.
FEW_RECORDS = 300
FEW_PERIODS = 2_000


@dataclass(frozen=True)
class ImportKind:
    """One kind. `key` are the fields by which a row is known: no two rows of a file may share them.

    Records have `store`, which stores one row; periods have `load`, which stores many.
    """

    name: str
    title: str | Promise
    model: str
    item: type[Body]
    key: tuple[str, ...] = ()
    named_by: str = ""
    store: records.Store | None = None
    load: Callable[..., Stored] | None = None

    @cached_property
    def columns(self) -> list[RowColumn]:
        """The columns of its files."""
        return columns_of(self.item)

    @cached_property
    def numbers(self) -> set[str]:
        """The names of the columns that hold numbers."""
        fields = self.item.model_json_schema()["properties"]
        return {
            column.name
            for column in self.columns
            if column.part == "value" or (not column.part and _is_number(fields[column.field]))
        }

    @property
    def most_rows(self) -> int:
        """How many rows a file may have."""
        return MOST_RECORDS if self.store else MOST_PERIODS

    @property
    def few_rows(self) -> int:
        """How many rows nobody has to wait for."""
        return FEW_RECORDS if self.store else FEW_PERIODS

    @property
    def has_window(self) -> bool:
        """Whether what is exported is chosen by assets and days."""
        return self.name not in ("assets", "sites", "inverters")

    def may_import(self, user: Any) -> bool:
        """Whether an operator may add and change this kind."""
        return all(user.has_perm(self._permission(verb)) for verb in ("add", "change"))

    def may_export(self, user: Any) -> bool:
        """Whether an operator may see this kind."""
        return any(user.has_perm(self._permission(verb)) for verb in ("view", "change"))

    def may_look(self, user: Any) -> bool:
        """Whether an operator may open the pages of its imports."""
        return self.may_export(user) or self.may_import(user)

    def _permission(self, verb: str) -> str:
        app, model = self.model.split(".")
        return f"{app}.{verb}_{model}"


def _is_number(schema: Mapping[str, Any]) -> bool:
    options = [schema, *schema.get("anyOf", ())]
    return any(option.get("type") == "number" or _is_number_of(option) for option in options)


def _is_number_of(option: Mapping[str, Any]) -> bool:
    return any(inner.get("type") == "number" for inner in option.get("anyOf", ()))


def _load_forecasts(**given: Any) -> Stored:
    return load_periods(FORECASTS, **given)


def _load_reservations(**given: Any) -> Stored:
    return load_periods(RESERVATIONS, **given)


def _load_limits(**given: Any) -> Stored:
    return load_limits(may_write=lambda _sources: None, **given)


KINDS: Mapping[str, ImportKind] = {
    kind.name: kind
    for kind in (
        ImportKind("assets", _("Assets"), "assets.asset", AssetRow, ("id",), "id", records.store_asset),
        ImportKind("sites", _("Sites"), "sites.site", SiteRow, ("id",), "id", records.store_site),
        ImportKind("inverters", _("Inverters"), "sites.inverter", InverterRow, ("id",), "", records.store_inverter),
        ImportKind(
            "specs", _("Specs"), "assets.spec", PatchSpec, ("asset_id", "valid_from"), "asset_id", records.store_spec
        ),
        ImportKind("limits", _("Limits"), "markets.limit", LimitItem, load=_load_limits),
        ImportKind(
            "forecasts",
            _("Forecasts"),
            "markets.forecast",
            ForecastItem,
            ("asset_id", "start_time"),
            load=_load_forecasts,
        ),
        ImportKind(
            "reservations",
            _("Reservations"),
            "markets.reservation",
            ReservationItem,
            ("asset_id", "start_time", "market", "source"),
            load=_load_reservations,
        ),
    )
}
