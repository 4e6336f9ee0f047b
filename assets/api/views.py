"""The asset endpoints: each translates in, makes one domain call, translates out."""

from contextlib import AbstractContextManager

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from assets import history, lifecycle, operations, queries
from assets.api.bodies import (
    ASSET,
    ASSET_SENT,
    CHANGE,
    AssetBody,
    AssetChange,
    AssetHistory,
    AssetList,
    AssetQuery,
    CreateAsset,
    PatchAsset,
)
from assets.api.status_bodies import STATUS, AssetStatusEntry
from config.api.answers import as_preferred, json_of, no_content
from config.api.endpoint import Endpoints, endpoint
from config.api.etags import if_match
from config.api.pagination import PageQuery, link_next, page_of, records_of


class AssetEndpoints(Endpoints):
    """Assets and their lifecycle."""

    scope = "assets"
    path_examples = {"asset_id": ASSET["id"]}

    def check_permissions(self, request: Request) -> None:
        """A key that is bound to assets cannot create others [C14]."""
        super().check_permissions(request)
        if self.action == "create":
            self.caller.must_see_all("create assets")

    def must_see(self, asset_id: str) -> None:
        """Assets that the caller's key is not bound to are as if unknown [C14]."""
        if not self.caller.visible([asset_id]):
            raise queries.UnknownAssetError([asset_id])

    def if_match(self, request: Request, asset_id: str) -> AbstractContextManager[None]:
        """The block changes the asset only if it is the one that If-Match names [C13]."""
        return if_match(request, lambda: AssetBody.model_validate(queries.get_asset(asset_id, lock="change")))

    @endpoint(body=CreateAsset, answer=AssetBody, status=201, examples={"body": ASSET_SENT, "answer": ASSET})
    def create(self, request: Request, body: CreateAsset) -> HttpResponse:
        """Create an asset. Its id is made of region, area, code and a number; it starts in DRAFT [A1]."""
        asset = operations.create_asset(fields=body.model_dump(), by=self.caller.actor, now=timezone.now())
        answer = json_of(AssetBody.model_validate(asset), status=201)
        answer["Location"] = request.build_absolute_uri(f"{request.path}/{asset.pk}")
        return answer

    @endpoint(query=AssetQuery, answer=AssetList, examples={"answer": {"limit": 50, "offset": 0, "assets": [ASSET]}})
    def list_assets(self, request: Request, query: AssetQuery) -> HttpResponse:
        """List assets, ordered by id [A2]."""
        filters = query.model_dump(exclude={"limit", "offset", "cursor"})
        page = page_of(request, query)
        rows, more = records_of(page, queries.list_assets(visible=self.caller.asset_ids, **filters))
        body = AssetList(
            limit=page.limit, offset=page.offset, assets=[AssetBody.model_validate(asset) for asset in rows]
        )
        answer = json_of(body)
        link_next(request, query, answer, last_key=[rows[-1].pk] if more else None)
        return answer

    @endpoint(answer=AssetBody, refusals=(404,), examples={"answer": ASSET})
    def retrieve(self, _request: Request, asset_id: str) -> HttpResponse:
        """One asset [A3]."""
        self.must_see(asset_id)
        return json_of(AssetBody.model_validate(queries.get_asset(asset_id)))

    @endpoint(
        body=PatchAsset,
        status=204,
        answer=AssetBody,
        refusals=(404, 412),
        examples={"body": {"name": "Wunsiedel battery, block A"}, "answer": ASSET},
    )
    def partial_update(self, request: Request, asset_id: str, body: PatchAsset) -> HttpResponse:
        """Change name, type, go_live_date or provider; all else has its own way [A3]."""
        self.must_see(asset_id)
        with self.if_match(request, asset_id):
            asset = operations.update_asset(
                asset_id=asset_id,
                changes=body.model_dump(exclude_unset=True),
                by=self.caller.actor,
                now=timezone.now(),
            )
        return as_preferred(request, AssetBody.model_validate(asset))

    @endpoint(status=204, refusals=(404, 409, 412))
    def destroy(self, request: Request, asset_id: str) -> HttpResponse:
        """Delete an asset in DRAFT or DECOMMISSIONED that no inverter lists, with all its periods [A4]."""
        self.must_see(asset_id)
        with self.if_match(request, asset_id):
            operations.delete_asset(asset_id=asset_id, by=self.caller.actor)
        return no_content()

    @endpoint(status=204, answer=AssetBody, refusals=(404, 409, 412), examples={"answer": ASSET})
    def move(self, request: Request, asset_id: str, action: str) -> HttpResponse:
        """Make the lifecycle transition; from any other state it is 409, naming the state it is in [A5]."""
        self.must_see(asset_id)
        with self.if_match(request, asset_id):
            asset = lifecycle.move(asset_id=asset_id, action=action, by=self.caller.actor, now=timezone.now())
        return as_preferred(request, AssetBody.model_validate(asset))

    @endpoint(answer=AssetStatusEntry, refusals=(404,), examples={"answer": STATUS})
    def status(self, _request: Request, asset_id: str) -> HttpResponse:
        """The latest status entry of an asset [A6]."""
        self.must_see(asset_id)
        return json_of(AssetStatusEntry.model_validate(queries.latest_status(asset_id)))

    @endpoint(
        query=PageQuery,
        answer=AssetHistory,
        refusals=(404,),
        examples={"answer": {"limit": 50, "offset": 0, "history": [CHANGE]}},
    )
    def history(self, request: Request, asset_id: str, query: PageQuery) -> HttpResponse:
        """Who changed what and when, newest first; also of an asset that is gone [A7]."""
        self.must_see(asset_id)
        page = page_of(request, query)
        changes, more = history.changes_of(
            asset_id=asset_id,
            limit=page.limit,
            offset=page.offset or 0,
            before_id=page.after[0] if page.after else None,
        )
        entries = [AssetChange.of(change) for change in changes]
        answer = json_of(AssetHistory(limit=page.limit, offset=page.offset, history=entries))
        link_next(request, query, answer, last_key=[changes[-1].id] if more else None)
        return answer
