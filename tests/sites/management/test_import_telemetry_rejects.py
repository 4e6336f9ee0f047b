"""What `manage.py import_telemetry` does not take [T1]."""

import csv
import io
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config.settings import BASE_DIR
from sites.models import Inverter, Site, SiteReading
from tests.factories.sites import add_inverter, add_site
from tests.factories.telemetry import Import, at, stored

pytestmark = pytest.mark.django_db

MEASURED = BASE_DIR / "config" / "desk" / "demo" / "rsf2-2022-01.csv"


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
