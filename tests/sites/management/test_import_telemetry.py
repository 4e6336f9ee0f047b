"""`manage.py import_telemetry` [T1]."""

import csv
import io
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config.settings import BASE_DIR
from sites.models import Inverter, InverterReading, Site, SiteReading
from tests.factories.sites import add_inverter, add_site

pytestmark = pytest.mark.django_db

MEASURED = BASE_DIR / "config" / "desk" / "demo" / "rsf2-2022-01.csv"

Import = Callable[..., str]


class Terminal(io.StringIO):
    """What believes to be one."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def maps(inverter: Inverter) -> list[str]:
    """`kw` and `state` of the inverter, `sun` of its site."""
    return [
        f"--map=inverter:{inverter.pk}:ac_power_kw=kw",
        f"--map=inverter:{inverter.pk}:state=state",
        "--map=site:poa_irradiance_wm2=sun",
    ]


@pytest.fixture
def imported(tmp_path: Path, site: Site, maps: list[str]) -> Import:
    """Import this text with these options; answers what is printed."""

    def run(text: str | bytes, *options: str) -> str:
        path = tmp_path / "plant.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        out = io.StringIO()
        call_command("import_telemetry", path, f"--site={site.pk}", *maps, *options, stdout=out, stderr=out)
        return out.getvalue()

    return run


def stored() -> list[tuple[datetime, Decimal, str | None]]:
    return list(InverterReading.objects.order_by("time").values_list("time", "ac_power_kw", "state"))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, 1, hour, minute, tzinfo=UTC)


# --- What is good ---------------------------------------------------------------------------------------------------


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


# --- What is rejected -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2026-05-01T11:00:00Z,much,,", "line 3, kw: Input should be a number like 90 or 0.97 ('much')"),
        ('2026-05-01T11:00:00Z,"1,5",,', "line 3, kw: Input should be a number like 90 or 0.97 ('1,5')"),
        ("2026-05-01T11:00:00Z,NaN,,", "line 3, kw: Input should be a number like 90 or 0.97 ('NaN')"),
        ("2026-05-01T11:00:00Z,1.1234567,,", "line 3, kw: Input should have at most 6 decimals ('1.1234567')"),
        ("2026-05-01T11:00:00Z,,NORMAL,", "line 3, kw: Field required"),
        ("2026-05-01T11:00:00Z,1,BROKEN,", "line 3, state: Input should be 'NORMAL', "),
        ("2026-05-01 11:00,1,,", "line 3, time: Input should have an offset from UTC, like Z or +02:00"),
        ("01.05.2026 11:00,1,,", "line 3, time: Input should be an instant like 2026-05-01T00:15:00Z"),
        (",1,,", "line 3, time: Input should be an instant like 2026-05-01T00:15:00Z"),
        ("2026-05-01T12:00:00+02:00,1,,", "line 3, time: Line 2 has the same time ('2026-05-01T12:00:00+02:00')"),
        ("2026-05-01T11:00:00Z,1,", "line 3: The row has 3 cells, the header 4"),
        ("2026-05-01T11:00:00Z,1,,,", "line 3: The row has 5 cells, the header 4"),
        ("2026-05-01T11:00:00Z,1\0,,", "line 3, kw: Text cannot hold NUL"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_stored(
    tmp_path: Path, site: Site, maps: list[str], row: str, said: str
) -> None:
    """A row is stored whole or not at all, and the exit code is 1 if one was rejected."""
    path, errors = tmp_path / "plant.csv", io.StringIO()
    path.write_text(f"time,kw,state,sun\n2026-05-01T10:00:00Z,1,,1\n{row}\n2026-05-01T12:00:00Z,3,,3\n", newline="")
    with pytest.raises(CommandError, match=r"^1 of 3 rows were rejected; the others are stored\.$") as refusal:
        call_command("import_telemetry", path, f"--site={site.pk}", *maps, stdout=io.StringIO(), stderr=errors)
    assert refusal.value.returncode == 1
    assert errors.getvalue().startswith(said)
    assert [time for time, _, _ in stored()] == [at(10), at(12)]
    assert SiteReading.objects.count() == 2


@pytest.mark.parametrize(
    ("local", "said"),
    [
        ("2026-10-25 02:30", "This local time happens twice in Europe/Berlin; it needs an offset"),
        ("2026-03-29 02:30", "This local time does not exist in Europe/Berlin; it needs an offset"),
    ],
)
def test_a_local_time_that_is_not_one_instant_is_rejected(
    tmp_path: Path, site: Site, maps: list[str], local: str, said: str
) -> None:
    path, errors = tmp_path / "plant.csv", io.StringIO()
    path.write_text(f"time,kw,state,sun\n{local},1,,1\n")
    with pytest.raises(CommandError):
        call_command("import_telemetry", path, f"--site={site.pk}", "--tz=Europe/Berlin", *maps, stderr=errors)
    assert said in errors.getvalue()


def test_a_rejected_row_does_not_stand_in_the_way_of_its_correction(imported: Import) -> None:
    with pytest.raises(CommandError, match="1 of 2 rows"):
        imported("time,kw,state,sun\n2026-05-01T10:00:00Z,x,,\n2026-05-01T10:00:00Z,1,,\n")
    assert len(stored()) == 1


def test_the_first_faults_are_shown_and_all_are_written(tmp_path: Path, site: Site, maps: list[str]) -> None:
    path, rejects, errors = tmp_path / "plant.csv", tmp_path / "rejects.csv", io.StringIO()
    path.write_text("time,kw,state,sun\n" + "soon,much,,\n" * 30)
    with pytest.raises(CommandError, match="30 of 30"):
        call_command("import_telemetry", path, f"--site={site.pk}", *maps, f"--rejects={rejects}", stderr=errors)
    shown = errors.getvalue().splitlines()
    assert len(shown) == 21
    assert shown[-1] == "and 40 more; --rejects FILE.csv writes them all"
    with rejects.open(newline="", encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert len(written) == 60
    assert (written[0]["line"], written[0]["column"], written[0]["value"]) == ("2", "time", "soon")
    assert written[1]["reason"] == "Input should be a number like 90 or 0.97"


def test_a_dry_run_stores_nothing(imported: Import) -> None:
    said = imported("time,kw,state,sun\n2026-05-01T10:00:00Z,1,,1\n", "--dry-run")
    assert said.splitlines() == ["1 rows read, 0 rejected.", "2 readings would be stored; this was a dry run."]
    assert stored() == []
    with pytest.raises(CommandError, match=r"1 of 1 rows were rejected; the others would be stored\."):
        imported("time,kw,state,sun\nsoon,1,,1\n", "--dry-run")


# --- What cannot be imported ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "The file is empty."),
        ("time,kw,state,sün\n".encode("latin-1"), "The file is not UTF-8 after line 0."),
        (b"time,kw,state\n", "The file has no column 'sun'; it has time, kw, state."),
        (b"when,kw,state,sun\n", "The file has no column 'time'; it has when, kw, state, sun."),
        (b"time,kw,state,sun,kw\n", "The file has the column 'kw' more than once."),
        (b'time,kw,state,sun\n"2026,1,,\n', "Line 2 of the file is not CSV: unexpected end of data."),
        (b"time,kw,state,sun\n" + b"x" * 200_000, "Line 2 of the file is not CSV: field larger than field limit"),
        (b"PK\x03\x04\xff\xfe\x00", "The file is not UTF-8 after line 0."),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(imported: Import, content: bytes, sentence: str) -> None:
    with pytest.raises(CommandError) as refusal:
        imported(content)
    assert str(refusal.value).startswith(sentence)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--map=kw"], "A map is inverter:ID:FIELD=COLUMN or site:FIELD=COLUMN, not 'kw'."),
        (["--map=site:poa_irradiance_wm2="], "A map is "),
        (["--map=site:X:poa_irradiance_wm2=kw"], "A map is "),
        (["--map=inverter:ac_power_kw=kw"], "A map is "),
        (["--map=site:ac_power_kw=kw"], "'site:ac_power_kw=kw': the fields of site readings are poa_irradiance_wm2"),
        (["--map=site:time=kw"], "'site:time=kw': the fields of site readings are "),
        (
            ["--map=site:poa_irradiance_wm2=kw"],
            "'site:poa_irradiance_wm2=kw': poa_irradiance_wm2 already has the column",
        ),
        (["--map=inverter:A:state=kw"], "Inverter A needs a column for ac_power_kw."),
        (["--map=inverter:A:ac_power_kw=kw"], "Unknown inverter: A."),
        (["--site=NONE"], "Unknown site: NONE."),
        (["--tz=Europe/Atlantis"], "'Europe/Atlantis' is not a time zone such as Europe/Berlin."),
        (["--tz=../etc"], "'../etc' is not a time zone"),
        (["--time=when"], "The file has no column 'when'"),
        (["--delimiter=pipe"], "Error: argument --delimiter: invalid choice"),
    ],
)
def test_options_that_cannot_be_are_one_sentence(imported: Import, options: list[str], sentence: str) -> None:
    with pytest.raises(CommandError) as refusal:
        imported("time,kw,state,sun\n2026-05-01T10:00:00Z,1,,1\n", *options)
    assert str(refusal.value).startswith(sentence)
    assert stored() == []


def test_an_inverter_of_another_site_is_refused(imported: Import, inverter: Inverter) -> None:
    other = add_inverter(add_site("OTHER"), *inverter.assets.values_list("pk", flat=True))
    with pytest.raises(CommandError, match=f"Unknown inverter: {other.pk}"):
        imported("time,kw,state,sun\n", f"--map=inverter:{other.pk}:ac_power_kw=kw")


def test_files_that_are_not_there_are_named(tmp_path: Path, site: Site, maps: list[str]) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(CommandError, match=f"^{path}: "):
            call_command("import_telemetry", path, f"--site={site.pk}", *maps)


def test_rejects_never_overwrite_the_file_that_is_read(tmp_path: Path, site: Site, maps: list[str]) -> None:
    path = Path(shutil.copy(MEASURED, tmp_path))
    with pytest.raises(CommandError, match=r"is the file to import; name another one for --rejects\.$"):
        call_command("import_telemetry", path, f"--site={site.pk}", *maps, f"--rejects={path}")
    assert path.read_bytes() == MEASURED.read_bytes()


# --- What is seen ---------------------------------------------------------------------------------------------------


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
