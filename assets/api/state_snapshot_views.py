"""The endpoint of state snapshots: translates in, makes one domain call, passes on the JSON that PostgreSQL wrote."""

from functools import partial

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from assets.api.period_lists import period_list
from assets.api.state_snapshot_bodies import (
    SNAPSHOT,
    SNAPSHOT_SENT,
    SNAPSHOTS_LISTED,
    PostStateSnapshots,
    StateSnapshotList,
    StateSnapshotQuery,
    StoredStateSnapshots,
)
from assets.state_snapshot_rows import load_snapshots
from assets.state_snapshots import STATE_SNAPSHOTS, StateSnapshotItem, newest_before, record_snapshots
from config.api.answers import json_text
from config.api.endpoint import Endpoints, endpoint
from config.api.row_answers import rows_answer, write_items
from config.api.row_bodies import SentRows
from config.api.rows import JSON_OR_ROWS


class StateSnapshotEndpoints(Endpoints):
    """How much energy assets hold, over time."""

    scope = "assets"
    tag = "State snapshots"

    @endpoint(
        body=PostStateSnapshots,
        takes=JSON_OR_ROWS,
        status=201,
        answer=StoredStateSnapshots,
        examples={"body": {"state_snapshots": [SNAPSHOT_SENT]}, "answer": {"state_snapshots": [SNAPSHOT]}},
    )
    def post_snapshots(self, _request: Request, body: PostStateSnapshots | SentRows[StateSnapshotItem]) -> HttpResponse:
        """Store snapshots, and answer them as they are stored, in the order in which they were sent. One of the same
        asset and instant is overwritten whole: what is left out becomes null [SS1]. Rows come without an
        Idempotency-Key, and are answered as JSON too."""
        if isinstance(body, SentRows):
            keep = partial(write_items, field=STATE_SNAPSHOTS.field)
            written = load_snapshots(rows=body, now=timezone.now(), keep=keep, visible=self.caller.asset_ids)
            return rows_answer(written, status=201)
        stored = record_snapshots(items=body.state_snapshots, now=timezone.now(), visible=self.caller.asset_ids)
        return json_text(f'{{"state_snapshots":{stored}}}', status=201)

    @endpoint(
        query=StateSnapshotQuery, answer=StateSnapshotList, media=JSON_OR_ROWS, examples={"answer": SNAPSHOTS_LISTED}
    )
    def list_snapshots(self, request: Request, query: StateSnapshotQuery) -> HttpResponse:
        """List the latest snapshot of each asset, or those effective in a window, by instant and asset. A window that
        says no end ends now. The totals are those of all pages; rows have none [SS2]."""
        now = timezone.now()
        visible = self.caller.visible(query.asset_ids)
        return period_list(
            request,
            query,
            STATE_SNAPSHOTS,
            owner_ids=visible,
            window=query.window_until(now),
            # what time alone adds to such a window, it adds at its end
            more=newest_before(now, asset_ids=visible) if query.ends_now else None,
        )
