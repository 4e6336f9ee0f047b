"""An import into the site and the inverter of all these tests."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from sites.models import Inverter, Site
from tests.factories.telemetry import Import


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
