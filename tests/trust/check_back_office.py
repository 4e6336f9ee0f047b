"""P22: the back office is safe: every page of it without a login, every action by GET, every form without its token.

What tests already hold (production's settings, roles, brute force, the policy in a browser) is run once more here.
"""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from tests.contract.test_document import routes
from tests.factories.operators import desk_of, make_superuser
from tests.trust.conftest import Promise, promises
from tests.trust.fleets import make_fleet
from tests.trust.suites import run_tests

# What anybody may open; the language is chosen on the login page too, by POST.
OPEN = {"login", "jsi18n", "set_language"}
# Pages and forms that Django's admin has for every record, and those of ours that are read by GET.
READ = re.compile(
    r"(.*_(changelist|add|change|delete|history|password_change))|index|search|app_list|autocomplete|jsi18n|login|audit"
    r"|password_change(_done)?|view_on_site|site_day|asset_day|fleet_needing|desk_health|imports?|import_progress"
    r"|imported_rows|export|dead_events|one_time_codes|assets_asset_show_past|None"
)
PARAMETERS = {
    "object_id": "1",
    "action": "commission",
    "kind": "limits",
    "id": "1",
    "import_id": "1",
    "flag": "faults",
    "name": "assets",
    "content_type_id": "1",
    "url": "nowhere/at/all",
    "app_label": "assets",
    "asset_id": "DE_50HZ_DESK_1",
    "site_id": "DE_AMPN_DESK_SITE_1",
}
CSRF_IS_REFUSED, NOT_ALLOWED, TO_LOGIN = 403, 405, 302


def addresses() -> Iterator[tuple[str, str]]:
    """Every address of the back office with the name of its page."""
    for route, pattern in routes(get_resolver()):
        if route.startswith("admin/") and isinstance(pattern, URLPattern):
            plain = re.sub(r"\^?\(\?P<(\w+)>[^)]*\)/?\$?", r"<\1>", route)
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: PARAMETERS[found[1]], plain)
            yield f"/{path}", str(pattern.name)


def actions() -> list[str]:
    """What does something: all that is no page."""
    return [path for path, name in addresses() if not READ.fullmatch(name)]


@promises("P22")
@pytest.mark.django_db
def test_no_address_is_open_and_no_action_is_done_by_get_or_without_a_token(promise: Promise) -> None:
    make_fleet("DESK")
    desk, without_token = desk_of(make_superuser()), desk_of(make_superuser("bruno"), csrf=True)
    every = list(addresses())
    let_in = [path for path, name in every if name not in OPEN and Client().get(path).status_code != TO_LOGIN]
    by_get = [path for path in actions() if desk.get(path).status_code != NOT_ALLOWED]
    posted = [path for path, name in every if name != "None" and "catch" not in name]
    unguarded = [path for path in posted if without_token.post(path).status_code not in (CSRF_IS_REFUSED, NOT_ALLOWED)]
    promise("P22", "pages open without a login", figure=f"{len(let_in)} of {len(every)}", target="0")
    promise("P22", "actions done by GET", figure=f"{len(by_get)} of {len(actions())} not 405", target="0")
    promise("P22", "forms taken without a token", figure=f"{len(unguarded)} of {len(posted)} not 403", target="0")
    assert (let_in, by_get, unguarded) == ([], [], [])
    assert len(actions()) >= 10, actions()


@promises("P22")
def test_what_tests_hold_of_it(promise: Promise) -> None:
    parts = {
        "check --deploy: 0 warnings with production's settings": (["tests/config/test_deploy_check.py"], 2),
        "locked after 5; sessions end; one-time codes": (["tests/config/test_login.py"], 5),
        "role matrix: pages, POST, API by session": (
            ["tests/desk/test_roles.py", "tests/desk/test_role_matrix.py"],
            20,
        ),
        "hostile input in its forms and addresses": (["tests/config/test_admin_hostile.py"], 5),
        "CSP and axe-core in a browser: 0 violations": (["tests/e2e"], 20),
    }
    for what, (paths, at_least) in parts.items():
        ran = run_tests(*paths, processes=1)
        promise("P22", what, figure=ran.figure, target="all")
        ran.verify(at_least=at_least)
