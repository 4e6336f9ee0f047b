"""Computing partners' documents again, of sites whose inputs changed and of those whose did not."""

import time
from collections.abc import Sequence
from statistics import median
from typing import Any

from django.db import connection
from django.utils import timezone

from assets.revisions import raise_revisions
from partner.builders import BUILDERS
from partner.kinds import KINDS
from partner.operations.publishing import Run, check_unchanged, refresh
from partner.schedules import stamps_after
from sites.models import Inverter, Site
from tests.benchmarks.bench import Bench
from tests.benchmarks.results import Line
from tests.factories.plants import make_inverter, make_profile, make_site

SITES, FEW = 16, 4
INVERTERS = 5
DAYS = 31
ROUNDS = 3
MOST_OF_UNCHANGED = 0.05
MOST_PER_SITE = 1.2  # how much dearer a site may be among many than among few
READINGS = """
INSERT INTO sites_inverterreading (inverter_id, time, ac_power_kw, state, temperature_c)
SELECT inverter_id, date_bin('15 minutes', now(), 'epoch') - slot * interval '15 minutes',
    greatest(0, 70 * sin(pi() * (slot %% 96) / 48)), 'NORMAL', 40
FROM unnest(%(inverter_ids)s::text[]) AS given (inverter_id), generate_series(1, 96 * %(days)s) AS slot
"""
WEATHER = """
INSERT INTO sites_sitereading (site_id, time, poa_irradiance_wm2, ambient_temperature_c, consumption_kw)
SELECT site_id, date_bin('15 minutes', now(), 'epoch') - slot * interval '15 minutes',
    greatest(0, 900 * sin(pi() * (slot %% 96) / 48)), 20, 120
FROM unnest(%(site_ids)s::text[]) AS given (site_id), generate_series(1, 96 * %(days)s) AS slot
"""
CHANGE = """
UPDATE sites_inverterreading SET ac_power_kw = ac_power_kw + 0.25
WHERE inverter_id = ANY (%(inverter_ids)s) AND time BETWEEN now() - interval '3 days' AND now() - interval '2 days'
"""


def regeneration(_bench: Bench) -> list[Line]:
    """All kinds, in one process, as the worker runs them."""
    sites = [make_site(code="REGEN") for _ in range(SITES)]
    for site in sites:
        make_profile(site)
        for _ in range(INVERTERS):
            make_inverter(site)
    ids = [site.pk for site in sites]
    _run(READINGS, inverter_ids=_inverters_of(ids), days=DAYS)
    _run(WEATHER, site_ids=ids, days=DAYS)
    _run("ANALYZE")
    _refresh_all()
    taken = {number: [_seconds(sites[:number]) for _ in range(ROUNDS)] for number in (0, FEW, SITES)}
    unchanged, few, many = (median(taken[number]) for number in (0, FEW, SITES))
    of_few, of_many = (few - unchanged) / FEW, (many - unchanged) / SITES
    share = unchanged / SITES / of_many
    return [
        Line(
            f"a changed site, of {SITES} that change", f"of {FEW} that change", f"{of_many * 1000:.0f} ms",
            f"{of_few * 1000:.0f} ms", f"{of_many / of_few:.2f} times the time", f"<= {MOST_PER_SITE} (linear)",
            of_many / of_few <= MOST_PER_SITE,
        ),
        Line(
            "an unchanged site", "a changed one", f"{unchanged / SITES * 1000:.2f} ms", f"{of_many * 1000:.0f} ms",
            f"{share:.2%}", f"< {MOST_OF_UNCHANGED:.0%}", share < MOST_OF_UNCHANGED,
        ),
    ]  # fmt: skip


def _seconds(changed: Sequence[Site]) -> float:
    """How long it takes to look after all sites when these have changed."""
    if changed:
        ids = [site.pk for site in changed]
        inverter_ids = _inverters_of(ids)
        _run(CHANGE, inverter_ids=inverter_ids)
        raise_revisions(owner_ids=inverter_ids, kind="telemetry", now=timezone.now())
    begin = time.perf_counter()
    refreshed = _refresh_all()
    taken = time.perf_counter() - begin
    assert bool(refreshed) == bool(changed), refreshed
    return taken


def _refresh_all() -> int:
    """What the worker does when all kinds are due; answers how many documents were looked into."""
    number = 0
    for name, kind in KINDS.items():
        now = timezone.now()
        stamps = stamps_after(kind=name, now=now)
        for site_id in check_unchanged(kind=kind, stamps=stamps, now=now):
            refresh(Run(site_id=site_id, kind=kind, now=timezone.now(), stamps=stamps), compute=BUILDERS[name])
            number += 1
    return number


def _inverters_of(site_ids: Sequence[str]) -> list[str]:
    return list(Inverter.objects.filter(site__in=site_ids).order_by("pk").values_list("pk", flat=True))


def _run(statement: str, **params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)
