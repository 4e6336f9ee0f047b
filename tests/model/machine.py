"""A machine that does to a desk what clients do, and to dictionaries what should come of it: they never differ (P8)."""

from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.clients import Api, read
from tests.conformance import JSON
from tests.factories.assets import make_asset
from tests.factories.state_snapshots import PATH, at
from tests.model import limits, periods, snapshots, specs
from tests.model.periods import FORECASTS, RESERVATIONS, Kind
from tests.model.rows import Stamps, Table, repeats
from tests.model.slots import EDGES, Window, asked, text, windows
from tests.model.wire import listed, medias, places, send

ASSETS = ["DE_50HZ_A_1", "DE_50HZ_B_1"]
UNKNOWN = "DE_50HZ_C_1"
ALL_TIME = (EDGES[0], EDGES[-1])

kinds = st.sampled_from([FORECASTS, RESERVATIONS])
pages = st.sampled_from([1, 3, 1000])
some_assets = st.sampled_from([ASSETS[:1], ASSETS, [ASSETS[1], UNKNOWN, ASSETS[0]]])
some_sources = st.none() | st.sets(st.sampled_from(limits.SOURCES), min_size=1).map(sorted)


class Desk(RuleBasedStateMachine):
    """One run: it ends as if nothing had been written."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.api = Api.with_key()
        self.step = 0
        self.stamps = Stamps()
        self.tables = {kind: Table() for kind in (FORECASTS, RESERVATIONS)}
        self.limits, self.snapshots = Table(), Table()
        self.specs: dict[str, specs.Rows] = {asset: {} for asset in ASSETS}

    def teardown(self) -> None:
        """Read all that is there once more, then undo it."""
        try:
            self.read_limits(ASSETS, ALL_TIME, None, 1000, rows=True)
            for kind in self.tables:
                self.read_periods(kind, ASSETS, ALL_TIME, {}, 1000, rows=True)
            self.read_snapshots(ASSETS, (0, snapshots.LAST_HOUR + 1), 1000)
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        """Two assets."""
        assert [make_asset(code=code).pk for code in "AB"] == ASSETS

    def check_stamps(self, table: Table, keys: list[Any], items: list[dict[str, Any]]) -> None:
        """created_at is that of the step that made a row, updated_at of the one that last changed it [C10]."""
        for key, item in zip(keys, items, strict=True):
            row = table.rows[key]
            assert self.stamps.agree(row.made, item.pop("created_at")), (key, row)
            assert self.stamps.agree(row.changed, item.pop("updated_at")), (key, row)

    @rule(
        batches=st.lists(st.lists(limits.items(ASSETS), min_size=1, max_size=4), min_size=1, max_size=3), media=medias
    )
    def patch_limits(self, batches: list[list[dict[str, Any]]], media: str) -> None:
        """[L1] to [L3] [L7]"""
        for batch in batches:
            self.patch_limits_once(batch, media)
        self.read_limits(ASSETS, ALL_TIME, None, 1000, rows=False)

    def patch_limits_once(self, batch: list[dict[str, Any]], media: str) -> None:
        """Stored, or refused whole where a row would be crossed."""
        self.step += 1
        answer = send(self.api, "PATCH", "/limits", "limits", batch, media)
        after = limits.merged(self.limits, batch)
        crossing = [key for key, values in after.items() if limits.is_crossed(values)]
        if crossing:
            named = places(answer, media)
            assert named == sorted(set(named))
            assert any(set(crossing) & set(limits.keys_of(batch[place])) for place in named)
        else:
            assert read(answer) == self.limits.write(after, step=self.step)

    @rule(
        asset=st.sampled_from(ASSETS),
        source=st.sampled_from(limits.SOURCES),
        window=windows.filter(lambda one: isinstance(one, tuple)),
    )
    def clear_limits(self, asset: str, source: str, window: Any) -> None:
        """[L6]"""
        self.step += 1
        start, end = map(text, window)
        path = f"/limits?asset_id={asset}&source={source}&start_time={start}&end_time={end}"
        counts = read(self.api.delete(path, Prefer="return=representation"))
        assert counts == limits.clear(self.limits, asset, source, window, step=self.step)
        self.read_limits(ASSETS, ALL_TIME, None, 1000, rows=False)

    @rule(assets=some_assets, window=windows, sources=some_sources, limit=pages, rows=st.booleans())
    def read_limits(self, assets: list[str], window: Window, sources: Any, limit: int, *, rows: bool) -> None:
        """[L4] [L5]"""
        only = f"&sources={','.join(sources)}" if sources else ""
        path = f"/limits?asset_ids={','.join(assets)}&{asked(window)}{only}"
        found = listed(self.api, path, "limits", limit=limit, rows=rows)
        for slot in found:
            for one in slot["sources"]:
                key = limits.key_of(slot, one)
                assert self.stamps.agree(self.limits.rows[key].changed, one["updated_at"])
        assert found == limits.answered(self.limits, assets, window, sources, self.stamps)

    @rule(data=st.data(), kind=kinds, media=medias)
    def put_periods(self, data: st.DataObject, kind: Kind, media: str) -> None:
        """[F1] [R1] [B2] Stored, or refused whole where a key is repeated."""
        self.step += 1
        batch = data.draw(st.lists(kind.items(ASSETS), min_size=1, max_size=6))
        answer = send(self.api, "PUT", f"/{kind.name}", kind.name, batch, media)
        keys = [kind.key_of(item) for item in batch]
        if repeated := repeats(keys):
            assert places(answer, media) == repeated
        else:
            after = {key: kind.row_of(item) for key, item in zip(keys, batch, strict=True)}
            assert read(answer) == self.tables[kind].write(after, step=self.step)

    @rule(data=st.data(), kind=kinds, media=medias, is_unknown=st.booleans())
    def put_bad_periods(self, data: st.DataObject, kind: Kind, media: str, *, is_unknown: bool) -> None:
        """[B1] One bad item in any position, and nothing is written."""
        unique = st.lists(kind.items(ASSETS), min_size=1, max_size=6, unique_by=kind.key_of)
        batch = data.draw(unique)
        place = data.draw(st.integers(0, len(batch) - 1))
        batch[place] |= {"asset_id": UNKNOWN} if is_unknown else {kind.never_negative: "-1"}
        answer = send(self.api, "PUT", f"/{kind.name}", kind.name, batch, media)
        if is_unknown:
            assert UNKNOWN in read(answer, 404)["detail"]
        else:
            assert places(answer, media) == [place]

    @rule(kind=kinds, assets=some_assets, window=windows, only=periods.filters, limit=pages, rows=st.booleans())
    def read_periods(
        self, kind: Kind, assets: list[str], window: Window, only: dict[str, str], limit: int, *, rows: bool
    ) -> None:
        """[F2] [R2] [C5]"""
        only = only if kind is RESERVATIONS else {}
        filters = "".join(f"&{name}s={word}" for name, word in only.items())
        path = f"/{kind.name}?asset_ids={','.join(assets)}&{asked(window)}{filters}"
        found = listed(self.api, path, kind.name, limit=limit, rows=rows)
        table = self.tables[kind]
        keys = kind.selected(table, assets, window, only)
        self.check_stamps(table, keys, found)
        assert found == [kind.answered(table, key) for key in keys]

    @rule(batch=st.lists(snapshots.items(ASSETS), min_size=1, max_size=5))
    def post_snapshots(self, batch: list[dict[str, Any]]) -> None:
        """[SS1] Stored and echoed, or refused whole where a key is repeated."""
        self.step += 1
        answer = self.api.post(PATH, {"state_snapshots": batch})
        keys = [snapshots.key_of(item) for item in batch]
        if repeated := repeats(keys):
            assert places(answer, JSON) == repeated
            return
        self.snapshots.write({snapshots.key_of(item): snapshots.row_of(item) for item in batch}, step=self.step)
        echoed = read(answer, 201)["state_snapshots"]
        self.check_stamps(self.snapshots, keys, echoed)
        assert echoed == [snapshots.answered(self.snapshots, key) for key in keys]

    @rule(
        assets=some_assets,
        window=st.none() | st.tuples(snapshots.hours, snapshots.hours).map(sorted).map(tuple),
        limit=pages,
    )
    def read_snapshots(self, assets: list[str], window: Any, limit: int) -> None:
        """[SS2] With totals over all that is selected, on each page."""
        which = f"from={at(window[0])}&to={at(window[1])}" if window else "latest=true"
        path = f"{PATH}?asset_ids={','.join(assets)}&{which}"
        found = listed(self.api, path, "state_snapshots", limit=limit, rows=False)
        keys = snapshots.selected(self.snapshots, assets, window)
        self.check_stamps(self.snapshots, keys, found)
        assert found == [snapshots.answered(self.snapshots, key) for key in keys]
        page = read(self.api.get(f"{path}&limit={limit}"))
        for name in ("charged_energy", "discharged_energy"):
            assert page[f"total_{name}"] == snapshots.total(self.snapshots, keys, name)

    @rule(asset=st.sampled_from(ASSETS), patch=specs.patches())
    def patch_spec(self, asset: str, patch: tuple[int, dict[str, Any]]) -> None:
        """[SP2] [SP3] The same are refused, and what is stored is the same."""
        start, sent = patch
        expected = specs.patched(self.specs[asset], start, sent)
        answer = self.api.patch("/specs", specs.body_of(asset, start, sent))
        assert answer.status_code == (422 if expected is None else 204)
        self.specs[asset] = self.specs[asset] if expected is None else expected
        stored = read(self.api.get(f"/specs?asset_ids={asset}"))["specs"]
        found = [{name: spec[name] for name in ("valid_from", "valid_to", *specs.VALUES)} for spec in stored]
        assert found == specs.answered(self.specs[asset])
