"""The endpoints of sites and inverters: each translates in, makes one domain call, translates out."""

from contextlib import AbstractContextManager

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from config.api.answers import as_preferred, json_of, no_content
from config.api.endpoint import Endpoints, endpoint
from config.api.etags import if_match
from config.api.pagination import PageQuery, link_next, page_of, records_of
from sites import operations, queries
from sites.api.bodies import (
    CreateInverter,
    CreateSite,
    InverterBody,
    InverterList,
    PatchInverter,
    PatchSite,
    SiteBody,
    SiteList,
    SiteQuery,
)
from sites.api.examples import INVERTER, INVERTER_PATCH, INVERTER_SENT, NEW_SITE, SITE, SITE_PATCH, SITE_SENT


class _Records(Endpoints):
    scope = "sites"
    path_examples = {"site_id": SITE["id"], "inverter_id": INVERTER["id"]}

    def check_permissions(self, request: Request) -> None:
        """A key that is bound to assets sees sites and inverters through them, and changes none [C14]."""
        super().check_permissions(request)
        if request.method not in SAFE_METHODS:
            self.caller.must_see_all("change sites and inverters")


class SiteEndpoints(_Records):
    """Sites: where assets are connected to the grid."""

    def if_match(self, request: Request, site_id: str) -> AbstractContextManager[None]:
        """The block changes the site only if it is the one that If-Match names [C13]."""

        def read() -> SiteBody:
            queries.lock_site(site_id, to="change")
            return SiteBody.of(queries.get_site(site_id, filled=True), filled=True)

        return if_match(request, read)

    @endpoint(body=CreateSite, answer=SiteBody, status=201, examples={"body": SITE_SENT, "answer": NEW_SITE})
    def create(self, request: Request, body: CreateSite) -> HttpResponse:
        """Create a site. Its id is made of region, area, code and a number [ST1]."""
        mode = body.dispatch_mode
        site = operations.create_site(
            fields={**body.model_dump(exclude={"dispatch_mode"}), "dispatch_mode_name": mode.name},
            floor_price=mode.floor_price,
            strike_price=mode.strike_price,
            by=self.caller.actor,
            now=timezone.now(),
        )
        answer = json_of(SiteBody.of(site, filled=False), status=201)
        answer["Location"] = request.build_absolute_uri(f"{request.path}/{site.pk}")
        return answer

    @endpoint(query=SiteQuery, answer=SiteList, examples={"answer": {"limit": 50, "offset": 0, "sites": [SITE]}})
    def list_sites(self, request: Request, query: SiteQuery) -> HttpResponse:
        """List sites, ordered by id; `expand=inverters` fills `inverters`, which is empty otherwise [ST2]."""
        visible = self.caller.asset_ids
        filters = query.model_dump(exclude={"limit", "offset", "cursor", "expand"})
        found = queries.list_sites(visible=visible, **filters)
        filled = query.expand == "inverters"
        page = page_of(request, query)
        rows, more = records_of(page, queries.with_inverters(found, visible=visible) if filled else found)
        sites = [SiteBody.of(site, filled=filled) for site in rows]
        answer = json_of(SiteList(limit=page.limit, offset=page.offset, sites=sites))
        link_next(request, query, answer, last_key=[rows[-1].pk] if more else None)
        return answer

    @endpoint(answer=SiteBody, refusals=(404,), examples={"answer": SITE})
    def retrieve(self, _request: Request, site_id: str) -> HttpResponse:
        """One site, with its inverters [ST2]."""
        site = queries.get_site(site_id, visible=self.caller.asset_ids, filled=True)
        return json_of(SiteBody.of(site, filled=True))

    @endpoint(
        body=PatchSite, status=204, answer=SiteBody, refusals=(404, 412), examples={"body": SITE_PATCH, "answer": SITE}
    )
    def partial_update(self, request: Request, site_id: str, body: PatchSite) -> HttpResponse:
        """Change a site's name or dispatch mode. The mode is checked as it will be; null clears a price [ST3]."""
        changes = {field: getattr(body, field) for field in body.model_fields_set}
        with self.if_match(request, site_id):
            site = operations.update_site(site_id=site_id, changes=changes, by=self.caller.actor, now=timezone.now())
        return as_preferred(request, SiteBody.of(site, filled=True))

    @endpoint(status=204, refusals=(404, 409, 412))
    def destroy(self, request: Request, site_id: str) -> HttpResponse:
        """Delete a site that has no inverters, with its limits and telemetry [ST3]."""
        with self.if_match(request, site_id):
            operations.delete_site(site_id=site_id, by=self.caller.actor)
        return no_content()


class InverterEndpoints(_Records):
    """Inverters: the devices at a site behind which assets sit."""

    def if_match(self, request: Request, site_id: str, inverter_id: str) -> AbstractContextManager[None]:
        """The block changes the inverter only if it is the one that If-Match names [C13]."""

        def read() -> InverterBody:
            queries.lock_site(site_id, to="change")
            return InverterBody.of(queries.get_inverter(site_id=site_id, inverter_id=inverter_id))

        return if_match(request, read)

    @endpoint(
        body=CreateInverter,
        answer=InverterBody,
        status=201,
        refusals=(404,),
        examples={"body": INVERTER_SENT, "answer": INVERTER},
    )
    def create(self, request: Request, site_id: str, body: CreateInverter) -> HttpResponse:
        """Add an inverter to a site, in front of the assets that it lists. Plant data is optional [ST4] [ST5]."""
        fields = body.model_dump()
        inverter = operations.create_inverter(
            site_id=site_id,
            asset_ids=fields.pop("asset_ids"),
            fields=fields,
            by=self.caller.actor,
            now=timezone.now(),
        )
        answer = json_of(InverterBody.of(inverter), status=201)
        answer["Location"] = request.build_absolute_uri(f"{request.path}/{inverter.pk}")
        return answer

    @endpoint(
        query=PageQuery,
        answer=InverterList,
        refusals=(404,),
        examples={"answer": {"limit": 50, "offset": 0, "inverters": [INVERTER]}},
    )
    def list_inverters(self, request: Request, site_id: str, query: PageQuery) -> HttpResponse:
        """List a site's inverters, ordered by id [ST4]."""
        page = page_of(request, query)
        rows, more = records_of(page, queries.list_inverters(site_id=site_id, visible=self.caller.asset_ids))
        inverters = [InverterBody.of(inverter) for inverter in rows]
        answer = json_of(InverterList(limit=page.limit, offset=page.offset, inverters=inverters))
        link_next(request, query, answer, last_key=[rows[-1].pk] if more else None)
        return answer

    @endpoint(answer=InverterBody, refusals=(404,), examples={"answer": INVERTER})
    def retrieve(self, _request: Request, site_id: str, inverter_id: str) -> HttpResponse:
        """One inverter of a site; another site's is 404 [ST4]."""
        inverter = queries.get_inverter(site_id=site_id, inverter_id=inverter_id, visible=self.caller.asset_ids)
        return json_of(InverterBody.of(inverter))

    @endpoint(
        body=PatchInverter,
        status=204,
        answer=InverterBody,
        refusals=(404, 412),
        examples={"body": INVERTER_PATCH, "answer": INVERTER},
    )
    def partial_update(self, request: Request, site_id: str, inverter_id: str, body: PatchInverter) -> HttpResponse:
        """Change an inverter; null clears plant data and is refused elsewhere [ST4] [ST5]."""
        with self.if_match(request, site_id, inverter_id):
            inverter = operations.update_inverter(
                site_id=site_id,
                inverter_id=inverter_id,
                changes=body.model_dump(exclude_unset=True),
                by=self.caller.actor,
                now=timezone.now(),
            )
        return as_preferred(request, InverterBody.of(inverter))

    @endpoint(status=204, refusals=(404, 412))
    def destroy(self, request: Request, site_id: str, inverter_id: str) -> HttpResponse:
        """Delete an inverter, with its limits and telemetry [ST4]."""
        with self.if_match(request, site_id, inverter_id):
            operations.delete_inverter(site_id=site_id, inverter_id=inverter_id, by=self.caller.actor)
        return no_content()
