"""What each role may see and do, once: the migration makes groups of it, the tests hold every page and call against it.

A role is a group. Operators are given one or several; what is not in any of theirs they do not see.
"""

from collections.abc import Iterator, Mapping

ALL = ("view", "add", "change", "delete")
SEE = ("view",)

Rights = Mapping[str, tuple[str, ...]]

FLEET = (
    "assets.asset",
    "assets.spec",
    "assets.statusentry",
    "assets.dispatch",
    "assets.statesnapshot",
    "assets.storedevent",
    "sites.site",
    "sites.inverter",
    "sites.sitelimit",
    "sites.inverterlimit",
    "sites.inverterreading",
    "sites.sitereading",
)
MARKETS = (
    "markets.limit",
    "markets.limitchange",
    "markets.forecast",
    "markets.reservation",
    "markets.price",
)
PARTNERS = (
    "partner.partnerprofile",
    "partner.tariffperiod",
    "partner.partnerkey",
    "partner.customkind",
    "partner.snapshot",
)
SNAPSHOTS = ("partner.snapshot", "partner.partnerprofile", "partner.tariffperiod")
SCHEDULES = (
    "django_celery_beat.periodictask",
    "django_celery_beat.intervalschedule",
    "django_celery_beat.crontabschedule",
)
IMPORTS = ("desk.import",)  # in the audit trail; who may import what is a matter of what is imported
ACCESS = ("partner.apikey", "auth.user", "auth.group", "axes.accessattempt", "otp_totp.totpdevice")


def _each(names: tuple[str, ...], verbs: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(names, verbs)


VIEWER: Rights = _each((*FLEET, *MARKETS, *SNAPSHOTS, *IMPORTS), SEE)
ROLES: Mapping[str, Rights] = {
    # sees the fleet and what it may and shall do, and changes nothing
    "Viewer": VIEWER,
    # runs the fleet: lifecycle, status, specs, sites, limits and locks, imports, events, schedules of snapshots
    "Operator": {
        **VIEWER,
        **_each((*FLEET, *MARKETS, *SCHEDULES), ALL),
        "partner.snapshot": ("view", "change"),
    },
    # says what assets may and shall do on the markets; no lifecycle, no status, no sites
    "Trader": {**VIEWER, **_each(MARKETS, ALL)},
    # what partners see: profiles, keys, kinds, snapshots and when they are computed
    "Partner manager": {**_each(FLEET, SEE), **_each(PARTNERS, ALL), **_each(SCHEDULES, ALL)},
    # all of it, and who may do what
    "Administrator": {**_each((*FLEET, *MARKETS, *PARTNERS, *SCHEDULES, *ACCESS), ALL), **_each(IMPORTS, SEE)},
}


def permissions_of(role: str) -> Iterator[tuple[str, str]]:
    """The app and codename of each permission of a role."""
    for name, verbs in ROLES[role].items():
        app, model = name.split(".")
        for verb in verbs:
            yield app, f"{verb}_{model}"
