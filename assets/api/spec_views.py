"""The endpoints of specs: each translates in, makes one domain call, translates out."""

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from assets import specs
from assets.api.spec_bodies import SPEC, SPEC_SENT, PatchSpec, SpecBody, SpecList, SpecQuery
from assets.queries import UnknownAssetError
from config.api.answers import as_preferred, json_of
from config.api.endpoint import Endpoints, endpoint
from config.api.pagination import link_next, page_of
from config.api.values import recorded


class SpecEndpoints(Endpoints):
    """What assets can do, over time."""

    scope = "assets"
    tag = "Specs"

    @endpoint(
        body=PatchSpec,
        status=204,
        answer=SpecBody,
        refusals=(404,),
        examples={"body": SPEC_SENT, "answer": SPEC},
    )
    def put_spec(self, request: Request, body: PatchSpec) -> HttpResponse:
        """Add a spec, or correct the one that begins at the same time. A new open spec closes the open one before it;
        specs of an asset never overlap, and a refusal names the one in the way [SP2] [SP3]."""
        if not self.caller.visible([body.asset_id]):
            raise UnknownAssetError([body.asset_id])
        spec = specs.put_spec(
            asset_id=body.asset_id,
            valid_from=body.valid_from,
            changes=body.model_dump(exclude={"asset_id", "valid_from"}, exclude_unset=True),
            by=self.caller.actor,
            now=timezone.now(),
        )
        return as_preferred(request, SpecBody.model_validate(spec))

    @endpoint(query=SpecQuery, answer=SpecList, examples={"answer": {"limit": 50, "offset": 0, "specs": [SPEC]}})
    def list_specs(self, request: Request, query: SpecQuery) -> HttpResponse:
        """List specs of assets, ordered by asset and, within one, from the last to the first [SP4]."""
        page = page_of(request, query)
        rows, more = specs.list_specs(
            asset_ids=self.caller.visible(query.asset_ids),
            start=query.from_,
            end=query.to,
            latest=query.latest,
            page=page,
        )
        body = SpecList(limit=page.limit, offset=page.offset, specs=[SpecBody.model_validate(spec) for spec in rows])
        answer = json_of(body)
        last_key = [rows[-1].asset_id, recorded(rows[-1].valid_from)] if more else None
        link_next(request, query, answer, last_key=last_key)
        return answer
