"""Snapshots over the Asset Service: any can be read, those of custom kinds can be put [C14]."""

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from config.api.answers import as_preferred, json_text
from config.api.endpoint import Endpoints, endpoint
from config.errors import UnknownError
from partner import queries
from partner.api.bodies import AnySnapshot
from partner.api.snapshot_bodies import DOCUMENT_ANSWERED, DOCUMENT_SENT, PutDocument
from partner.documents import Variant
from partner.filters import is_plain
from partner.operations.custom_kinds import put_document
from sites.models import Site
from sites.queries import UnknownSiteError, visible_sites


class SnapshotRecords(Endpoints):
    """The current snapshot of a kind and site."""

    scope = "snapshots"
    tag = "Snapshots"
    path_examples = {"kind": "soiling", "site_id": "DE_50HZ_SIBAYA_SITE_1"}

    def check_permissions(self, request: Request) -> None:
        """A key that is bound to assets sees the snapshots of their sites, and puts none [C14]."""
        super().check_permissions(request)
        if request.method not in SAFE_METHODS:
            self.caller.must_see_all("put snapshots")

    @endpoint(answer=AnySnapshot, refusals=(404,), examples={"answer": DOCUMENT_ANSWERED})
    def retrieve(self, _request: Request, kind: str, site_id: str) -> HttpResponse:
        """The current snapshot of any kind, as partners read it without filters [C14]."""
        return json_text(self._current(kind, self._site(site_id)).body)

    @endpoint(
        body=PutDocument,
        answer=AnySnapshot,
        status=204,
        refusals=(404, 409),
        examples={"body": DOCUMENT_SENT, "answer": DOCUMENT_ANSWERED},
    )
    def put(self, request: Request, kind: str, site_id: str, body: PutDocument) -> HttpResponse:
        """Publish a document of a custom kind, which is held against the kind's schema [P1] [P8].

        The same content again publishes nothing and counts as a check. 409 for a kind that Leitstand computes itself.
        """
        site = self._site(site_id)
        put_document(kind=kind, site=site, document=body.document, data_through=body.data_through, now=timezone.now())
        return as_preferred(request, AnySnapshot.model_validate_json(self._current(kind, site).body))

    def _site(self, site_id: str) -> Site:
        site = visible_sites(self.caller.asset_ids).filter(pk=site_id).first()
        if site is None:
            raise UnknownSiteError([site_id])
        return site

    @staticmethod
    def _current(kind: str, site: Site) -> Variant:
        edition = queries.current_edition(site_id=site.pk, kind=kind) if is_plain(kind) else None
        if edition is None:
            raise UnknownError(f"There is no snapshot of this kind for {site.pk}.")
        return edition.current(timezone.now())[0]
