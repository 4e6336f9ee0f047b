"""Every page of the back office: its address, and what is on it."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assets.models import Asset
from tests.back_office import page_of
from tests.desk.imports.files import SPEC_HEADER, csv_of, spec_row
from tests.desk.ingest.streams import ingest, send
from tests.desk.one_of_each import ONE
from tests.desk.pages import furnished

SHOWN = 200
FORECASTS = ("asset_id", "start_time", "end_time", "generation", "consumption")
# What is no page: a button's address, a part of a page, a file, JSON or a script.
NO_PAGES = {
    *("set_language", "logout", "view_on_site", "search"),
    *("site_day", "asset_day", "import_progress", "autocomplete", "jsi18n", "export", "imported_rows"),
    *("upload_import", "apply_import", "replay_dead_events", "drop_dead_events"),
    *("assets_asset_move", "assets_asset_set_status", "markets_limitchange_undo", "partner_snapshot_regenerate"),
    *("partner_apikey_revoke", "partner_partnerkey_rotate", "partner_partnerkey_revoke"),
}


def every_page(desk: Client) -> list[str]:
    """The addresses of all of them, after something was made for each, as somebody sees them who may do everything."""
    send("statuses", "nonsense")
    ingest()
    found = furnished(desk)
    furnished_with = {address.rsplit("/", 3)[0] for address in found if address.endswith("/change/")}
    others = [make() for label, make in ONE.items() if f"/admin/{label.replace('.', '/')}" not in furnished_with]
    records = [address for address in found if address.endswith("/change/")] + [page_of(one) for one in others]
    return [
        *dict.fromkeys([*found, *records, *(page for record in records for page in beside(desk, record))]),
        "/admin/assets/",
        "/admin/password_change/done/",
        f"/admin/auth/user/{User.objects.earliest('pk').pk}/password/",
        *imports(desk, Asset.objects.earliest("pk")),
    ]


def beside(desk: Client, record: str) -> Iterator[str]:
    """The other pages of a record: its history, and where it may be deleted the page that asks first."""
    yield record.replace("/change/", "/history/")
    deletion = record.replace("/change/", "/delete/")
    if desk.get(deletion).status_code == SHOWN:
        yield deletion


def imports(desk: Client, asset: Asset) -> list[str]:
    """The pages of an import with faults, of one that may be applied, and of one that has changed periods."""
    window = (asset.pk, "2026-05-01T10:00:00Z", "2026-05-01T10:15:00Z")
    pages = [
        uploaded(desk, "specs", csv_of(SPEC_HEADER, spec_row(asset), spec_row(asset, 2, power="ten"))),
        uploaded(desk, "specs", csv_of(SPEC_HEADER, spec_row(asset, 9))),
        uploaded(desk, "forecasts", csv_of(FORECASTS, (*window, "1.5", "0"))),
    ]
    desk.post(f"{pages[-1]}apply")
    return pages


def uploaded(desk: Client, kind: str, content: bytes) -> str:
    """The page of an import, which was tried."""
    answer: Any = desk.post("/admin/imports/upload", {"kind": kind, "file": SimpleUploadedFile(f"{kind}.csv", content)})
    page: str = answer["Location"]
    return page
