"""The form of a spec's version in the back office: what it takes, in which units and times, and what it refuses."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from assets.models import Asset, Spec
from config.desk.audit_list import Wanted, kinds, page
from tests.back_office import SAVED, faults_of, page_of, said, text_of
from tests.factories.assets import make_asset
from tests.factories.operators import desk_of, make_operator, make_superuser
from tests.factories.specs import put_spec, windows_of

pytestmark = pytest.mark.django_db

FORM = "/admin/assets/spec/add/"


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


@pytest.fixture
def battery() -> Asset:
    return make_asset()


def filled_in(**fields: Any) -> dict[str, Any]:
    """What the form sends: a version from midnight of the tenth of May, 02:00 in Berlin, of 5 MW and 20 MWh."""
    amounts = {"rated_power": ("5", "MW"), "max_capacity": ("20", "MWh"), **fields}
    typed = {"valid_from": ("2026-05-10", "02:00"), **{name: value for name, value in amounts.items() if value}}
    sent: dict[str, Any] = {}
    for name, value in typed.items():
        sent |= {f"{name}_0": value[0], f"{name}_1": value[1]} if isinstance(value, tuple) else {name: value}
    empty = {f"{name}_1": "MW" for name in ("grid_connection_max_power", "prequalified_fcr")}
    empty |= {f"prequalified_afrr_{way}_1": "MW" for way in ("charge", "discharge")}
    return {**empty, "daily_cycle_energy_limit_1": "MWh", **sent}


def test_a_new_version_holds_from_a_local_time_in_the_units_that_were_chosen(desk: Client, battery: Asset) -> None:
    """[SP1] [C2]"""
    sent = filled_in(asset=battery.pk, rated_power=("2500.5", "kW"), ramp_rate="0.25", ramp_type="LINEAR")

    answer = desk.post(FORM, sent)

    assert (answer.status_code, answer["Location"]) == (SAVED, page_of(battery))
    spec = Spec.objects.get()
    assert spec.valid_from == datetime(2026, 5, 10, tzinfo=UTC)
    assert spec.valid_to is None
    assert (spec.rated_power, spec.max_capacity, spec.ramp_rate) == (Decimal("2.5005"), Decimal(20), Decimal("0.25"))
    assert (spec.ramp_type, spec.charge_efficiency) == ("LINEAR", None)


def test_it_closes_the_open_version_before_it(desk: Client, battery: Asset) -> None:
    """[SP3]"""
    put_spec(battery, 1, rated_power=4)

    desk.post(FORM, filled_in(asset=battery.pk))

    assert windows_of(battery) == [(1, 10), (10, None)]


def test_it_starts_from_what_the_last_version_says(desk: Client, battery: Asset) -> None:
    put_spec(battery, 1, rated_power=Decimal("4.5"), ramp_type="LINEAR")

    form = desk.get(f"{FORM}?asset={battery.pk}").context["adminform"].form

    assert form["asset"].value() == battery.pk
    assert form["rated_power"].field.widget.decompress(form["rated_power"].value()) == ["4.5", "MW"]
    assert (form["ramp_type"].value(), form["valid_from"].value()) == ("LINEAR", None)


def test_a_correction_changes_what_was_edited_and_tells_before_and_after(desk: Client, battery: Asset) -> None:
    """[SP2] [C15]"""
    spec = put_spec(battery, 10, rated_power=4, max_capacity=20, charge_efficiency=Decimal("0.95"))

    answer = desk.post(page_of(spec), filled_in(rated_power=("4200", "kW"), valid_to=("2026-05-20", "02:00")))

    assert answer.status_code == SAVED
    assert len(said(desk, answer)) == 1
    spec.refresh_from_db()
    assert (spec.rated_power, spec.max_capacity, spec.charge_efficiency) == (Decimal("4.2"), Decimal(20), None)
    assert windows_of(battery) == [(10, 20)]
    newest = page(Wanted(what="spec"), among=kinds(), size=5)[0][0]
    assert (newest.actor, newest.request_id) == ("user:anna", "request-of-the-test")
    assert newest.before is not None
    assert newest.after is not None
    assert (newest.before["rated_power"], newest.after["rated_power"]) == (4, 4.2)
    assert "max_capacity" not in newest.after


def test_what_the_api_refuses_is_said_beside_the_field(desk: Client, battery: Asset) -> None:
    """[SP3]"""
    put_spec(battery, 5, 15)

    answer = desk.post(FORM, filled_in(asset=battery.pk))

    window = "begins at 2026-05-05T00:00:00.000000Z and ends at 2026-05-15T00:00:00.000000Z"
    assert answer.context["adminform"].form.errors == {"valid_from": [f"Overlaps the asset's spec that {window}"]}
    assert windows_of(battery) == [(5, 15)]


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"valid_to": ("2026-05-09", "02:00")}, "valid_to", "Should be after valid_from"),
        ({"valid_from": ("2026-03-29", "02:30")}, "valid_from", "The local clock does not show this time on this day."),
        ({"rated_power": ("-1", "MW")}, "rated_power", "Ensure this value is greater than or equal to 0."),
        ({"rated_power": ("1", "MWh")}, "rated_power", "Select a valid choice. MWh is not one of the available"),
        ({"rated_power": ("0.0001", "kW")}, "rated_power", "In MW this has more than 12 digits before the point or"),
        ({"charge_efficiency": "1.1"}, "charge_efficiency", "Ensure this value is less than or equal to 1."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_not_stored(
    desk: Client, battery: Asset, fields: dict[str, Any], field: str, sentence: str
) -> None:
    answer = desk.post(FORM, filled_in(asset=battery.pk, **fields))

    ((found, sentences),) = answer.context["adminform"].form.errors.items()
    assert found == field
    assert sentences[0].startswith(sentence)
    assert Spec.objects.count() == 0


def test_a_hour_that_comes_twice_is_asked_for_by_its_zone(desk: Client, battery: Asset) -> None:
    night = ("2026-10-25", "02:30")
    assert "twice" in faults_of(desk.post(FORM, filled_in(asset=battery.pk, valid_from=night)))[0]

    desk.post(FORM, filled_in(asset=battery.pk, valid_from=(night[0], "02:30 CET")))

    assert Spec.objects.get().valid_from == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_beginning_that_is_taken_leads_to_a_correction(desk: Client, battery: Asset) -> None:
    put_spec(battery, 10, rated_power=4)

    answer = desk.post(FORM, filled_in(asset=battery.pk))

    assert faults_of(answer) == ["A version of this asset begins then already; correct that one."]
    assert Spec.objects.get().rated_power == 4


def test_what_somebody_else_corrected_meanwhile_is_not_overwritten(desk: Client, battery: Asset) -> None:
    spec = put_spec(battery, 10, rated_power=4)

    answer = desk.post(page_of(spec), filled_in(seen="2026-05-01T00:00:00+00:00"))

    assert "Somebody else changed this meanwhile" in faults_of(answer)[0]


def test_the_page_of_an_asset_leads_to_it_for_whom_it_is_open(battery: Asset) -> None:
    spec = put_spec(battery, 1, rated_power=4)
    see = ("assets.view_asset", "assets.view_spec")
    may = text_of(desk_of(make_operator(*see, "assets.add_spec", "assets.change_spec")).get(page_of(battery)))
    may_not = text_of(desk_of(make_operator(*see, name="otto")).get(page_of(battery)))

    for link in (f"{FORM}?asset={battery.pk}", page_of(spec)):
        assert link in may
        assert link not in may_not
