"""`manage.py import_telemetry` [T1]."""

import csv
import io
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from config.settings import BASE_DIR
from sites.models import Inverter, Site, SiteReading
from tests.factories.telemetry import Import, at, stored

pytestmark = pytest.mark.django_db

MEASURED = BASE_DIR / "config" / "desk" / "demo" / "rsf2-2022-01.csv"


class Terminal(io.StringIO):
    """What believes to be one."""

    def isatty(self) -> bool:
        return True


def test_columns_become_readings_of_the_inverters_and_the_site(imported: Import, inverter: Inverter) -> None:
    said = imported(
        "state,note,time,sun,kw\n"
        "NORMAL,fine,2026-05-01T10:00:00Z,812.5, 118.4 \n"
        ',"a, b",2026-05-01 12:15:00.5+02:00,-1,0\n'
    )
    assert stored() == [
        (at(10), Decimal("118.4"), "NORMAL"),
        (at(10, 15).replace(microsecond=500_000), Decimal(0), None),
    ]
    assert list(SiteReading.objects.order_by("time").values_list("poa_irradiance_wm2", flat=True)) == [
        Decimal("812.5"),
        Decimal(-1),
    ]
    assert said.splitlines() == [
        "2 rows read, 0 rejected.",
        "inverter readings: 2 added, 0 changed, 0 as they were",
        "site readings: 2 added, 0 changed, 0 as they were",
    ]


def test_a_second_import_overwrites(imported: Import) -> None:
    imported("time,kw,state,sun\n2026-05-01T10:00:00Z,1,FAULT,5\n2026-05-01T10:15:00Z,2,,5\n")
    said = imported("time,kw,state,sun\n2026-05-01T10:00:00Z,1,,5\n2026-05-01T10:15:00Z,2,,5\n")
    assert "inverter readings: 0 added, 1 changed, 1 as they were" in said
    assert "site readings: 0 added, 0 changed, 2 as they were" in said
    assert stored()[0] == (at(10), Decimal(1), None)


def test_empty_cells_are_no_reading(imported: Import) -> None:
    said = imported(
        "time,kw,state,sun\n2026-05-01T10:00:00Z,,,5\n\n2026-05-01T10:15:00Z,1,,\n2026-05-01T10:30:00Z,,,\n"
    )
    assert said.startswith("3 rows read, 0 rejected.")
    assert [time for time, _, _ in stored()] == [at(10, 15)]
    assert [reading.time for reading in SiteReading.objects.all()] == [at(10)]


def test_local_times_are_those_of_the_zone_that_is_named(imported: Import) -> None:
    imported(
        "time,kw,state,sun\n2026-05-01 12:00,1,,\n2026-01-01 12:00,2,,\n2026-05-01T12:00Z,3,,\n",
        "--tz=Europe/Berlin",
    )
    assert [time.hour for time, _, _ in stored()] == [11, 10, 12]


def test_other_delimiters_time_columns_and_byte_order_marks_are_read(imported: Import) -> None:
    text = "\ufeffWhen;kw;state;sun\r\n2026-05-01T10:00:00Z;1;;\r\n"
    imported(text, "--delimiter=semicolon", "--time=When")
    assert len(stored()) == 1


def test_the_measured_days_are_imported_whole(site: Site, inverter: Inverter) -> None:
    """The real plant's file, as docs/telemetry.md shows it."""
    out = io.StringIO()
    call_command(
        "import_telemetry",
        MEASURED,
        f"--site={site.pk}",
        f"--map=inverter:{inverter.pk}:ac_power_kw=inverter_2_ac_power_kw",
        f"--map=inverter:{inverter.pk}:temperature_c=inverter_2_temperature_c",
        "--map=site:poa_irradiance_wm2=poa_irradiance_wm2",
        "--map=site:ambient_temperature_c=ambient_temperature_c",
        stdout=out,
    )
    assert "480 rows read, 0 rejected." in out.getvalue()
    with MEASURED.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [str(power.normalize()) for _, power, _ in stored()] == [
        str(Decimal(row["inverter_2_ac_power_kw"]).normalize()) for row in rows
    ]
    assert SiteReading.objects.count() == 480


def test_more_rows_than_a_batch_takes_are_stored(imported: Import) -> None:
    """10,000 readings at a time [B1]."""
    rows = (f"2026-01-{1 + n // 1440:02}T{n // 60 % 24:02}:{n % 60:02}:00Z,{n % 90},,{n % 900}" for n in range(12_000))
    said = imported("time,kw,state,sun\n" + "\n".join(rows))
    assert "inverter readings: 12,000 added" in said
    assert "site readings: 12,000 added" in said


def test_a_bar_is_drawn_on_a_terminal_and_taken_off_again(tmp_path: Path, site: Site, maps: list[str]) -> None:
    path, terminal = tmp_path / "plant.csv", Terminal()
    path.write_text("time,kw,state,sun\n2026-05-01T10:00:00Z,1,,1\n")
    call_command("import_telemetry", path, f"--site={site.pk}", *maps, stdout=io.StringIO(), stderr=terminal)
    assert "100%  line 2" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\033[K")


def test_the_help_shows_an_example() -> None:
    command = [sys.executable, "manage.py", "import_telemetry", "--help"]
    said = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=True).stdout
    assert "--map site:poa_irradiance_wm2=irradiance" in said
