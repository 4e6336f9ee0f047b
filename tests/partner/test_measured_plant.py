"""What partners read of five measured days, against figures that pandas makes of the same file (contract 13.2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from partner import kpi_rollup, maintenance_schedule, maintenance_signals
from sites.models import Site
from tests.factories.measured import QUARTER, TARGET, cut, figures, measured_slots, plant_of

pytestmark = pytest.mark.django_db

# The day after the last measured one; the fifth of January was sunny, on the sixth snow lay on the modules.
NOW = datetime(2022, 1, 7, 18, tzinfo=UTC)
MIDDAY = datetime(2022, 1, 5, 18, tzinfo=UTC)
SUNNY, SNOWY = "2022-01-04", "2022-01-06"


@pytest.fixture(scope="module")
def slots() -> pd.DataFrame:
    return measured_slots()


def rollup(site: Site) -> dict[str, Any]:
    """The figures of the rollup that pandas makes too, and the period."""
    content = kpi_rollup.build(kpi_rollup.read(site_id=site.pk, now=NOW)).content
    return {**content["performance"], **content["ear"], **content["energy_balance"], "period": content["period"]}


def signals(site: Site) -> list[dict[str, Any]]:
    return list(maintenance_signals.compute(site.pk, NOW).content["signals"])


def tasks(site: Site) -> list[dict[str, Any]]:
    return list(maintenance_schedule.compute(site.pk, NOW).content["tasks"])


def about(one: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(one[name]) for name in ("asset_id", "type", "severity", "start_time", "end_time"))


def equal_to_six_digits(document: dict[str, Any], by_pandas: dict[str, Any]) -> None:
    for name, figure in by_pandas.items():
        expected = None if figure is None else pytest.approx(float(figure), rel=1e-6, abs=1e-6)
        assert document[name] == expected, name


def test_the_rollup_of_measured_days_is_what_pandas_makes_of_the_file(slots: pd.DataFrame) -> None:
    document = rollup(plant_of(slots))
    equal_to_six_digits(document, figures(slots))
    assert document["period"] == {"start": "2022-01-02", "end": "2022-01-07"}
    assert document["pr_status"] == "Below Target"


def test_states_are_in_uptime_and_availability_as_pandas_has_them(slots: pd.DataFrame) -> None:
    """Inverter 2 reports a fault in the sun of one day, and that it is well at all other times."""
    faulty = (slots["day"] == SUNNY) & (slots["irradiance"] > 400)
    states = pd.Series("NORMAL", index=slots.index).mask(faulty, "FAULT")
    stated = slots.assign(state=states.where(slots["serial"] == "INV-2", None))
    expected = figures(stated)
    assert expected["state_uptime_pct"] < 100
    assert expected["availability_pct"] < figures(slots)["availability_pct"]
    equal_to_six_digits(rollup(plant_of(stated)), expected)


@pytest.mark.parametrize("day", [SUNNY, SNOWY])
@pytest.mark.parametrize("serials", [["INV-2"], ["INV-2", "REST"]])
def test_leaving_out_a_day_is_no_loss(slots: pd.DataFrame, day: str, serials: list[str]) -> None:
    """What was not measured is in no figure: each is that of the other days, and no signal stands for the gap."""
    left = slots[~((slots["day"] == day) & slots["serial"].isin(serials))]
    document, whole = rollup(plant_of(left)), figures(slots)
    equal_to_six_digits(document, figures(left))
    assert document["energy_lost_kwh"] <= whole["energy_lost_kwh"] + 1e-6
    if day == SNOWY:
        for name in ("system_pr", "true_uptime_pct", "availability_pct"):
            assert document[name] >= whole[name]


def test_leaving_out_a_day_brings_no_signal(slots: pd.DataFrame) -> None:
    every = {about(one) for one in signals(plant_of(slots))}
    without = slots[slots["day"] != SUNNY]
    assert {about(one) for one in signals(plant_of(without))} == every


def test_the_snow_day_has_a_signal_of_its_own_for_each_inverter(slots: pd.DataFrame) -> None:
    found = signals(plant_of(slots))
    assert {about(one) for one in found} == {
        (serial, "Zero Production", "Critical", "2022-01-06T17:45:00Z", "2022-01-07T01:30:00Z")
        for serial in ("INV-2", "REST")
    }


def test_an_inverter_cut_off_at_midday_is_one_more_signal_a_task_and_what_it_should_have_made(
    slots: pd.DataFrame,
) -> None:
    """Inverter 2, three hours of a sunny midday: from 11:00 to 14:00 in Golden."""
    without = cut(slots, serial="INV-2", start=MIDDAY, hours=3)
    whole, lacking = plant_of(slots), plant_of(without)
    one_more = {about(one) for one in signals(lacking)} - {about(one) for one in signals(whole)}
    assert one_more == {
        ("INV-2", "Zero Production", "Critical", "2022-01-05T18:00:00Z", "2022-01-05T21:00:00Z"),
    }
    assert len(signals(lacking)) == len(signals(whole)) + 1
    (signal,) = (one for one in signals(lacking) if about(one) in one_more)
    during = slots[(slots["serial"] == "INV-2") & (slots["time"] >= MIDDAY)].head(12)
    expected_kw = during["irradiance"] / 1000 * 160 * TARGET
    assert signal["expected_kw"] == pytest.approx(expected_kw.mean(), abs=1e-6)
    assert (signal["actual_kw"], signal["capacity_pct"]) == (0, 0)
    assert "from 11:00 to 14:00 on 2022-01-05" in signal["description"]

    lost = rollup(lacking)["energy_lost_kwh"] - rollup(whole)["energy_lost_kwh"]
    already_lost = (expected_kw - during["kw"]).clip(lower=0).sum() * QUARTER
    assert lost == pytest.approx(expected_kw.sum() * QUARTER - already_lost, rel=1e-6)

    (task,) = (one for one in tasks(lacking) if one["asset_id"] == "INV-2")
    assert task["task_type"] == "inspection"
    assert task["reason"] == "2 anomalies detected in the last 7 days"
    assert task["recommended_date"] == "2022-01-13"


def test_an_inverter_cut_off_on_its_only_bad_day_gets_a_task_that_it_did_not_have(slots: pd.DataFrame) -> None:
    before_the_snow = slots[slots["day"] < SNOWY]
    assert tasks(plant_of(before_the_snow)) == []
    cut_off = cut(before_the_snow, serial="INV-2", start=MIDDAY, hours=3)
    (task,) = tasks(plant_of(cut_off))
    assert (task["asset_id"], task["priority"]) == ("INV-2", "High")
    assert task["recommended_date"] == (MIDDAY + timedelta(days=7)).date().isoformat()
