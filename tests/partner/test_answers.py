"""What is answered, from plain values: no database, no clock [P2] [P4] [P6]."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from config.api.rate_limit import Allowance
from partner.addresses import Address, SnapshotQuery
from partner.answers import Answer, Asked, answer, schema_answer
from partner.documents import Edition, Variant
from partner.filters import SiteQuery

NOW = datetime(2026, 5, 30, 12, tzinfo=UTC)
ROLLUP = Address(SiteQuery, kind="kpi-rollup")
SNAPSHOT = Address(SnapshotQuery)
FRESH, STALE = Variant('{"stale":false}', '"fresh"'), Variant('{"stale":true}', '"stale"')
EDITION = Edition(
    fresh=FRESH,
    stale=STALE,
    stale_from=NOW + timedelta(seconds=60),
    published_at=NOW - timedelta(days=1),
    checked_at=NOW - timedelta(seconds=1, microseconds=5),
    next_at=NOW + timedelta(seconds=29),
)


@dataclass
class Memory:
    """A source with one key, `good`, for one site, `Sibaya`; it notes what it was asked."""

    allowance: Allowance | None = None
    edition_of: dict[tuple[str, str], Edition] = field(default_factory=lambda: {("S1", "kpi-rollup"): EDITION})
    asked: list[str] = field(default_factory=list)

    def key(self, text: str) -> str | None:
        self.asked.append("key")
        return text if text == "good" else None

    def take(self, _key: str) -> Allowance | None:
        self.asked.append("rate")
        return self.allowance

    def site_id(self, _key: str, name: str) -> str | None:
        self.asked.append("site")
        return "S1" if name in ("Sibaya", "S1") else None

    def edition(self, site_id: str, kind: str, at: datetime | None) -> Edition | None:
        self.asked.append(f"edition {at.isoformat()}" if at else "edition")
        return self.edition_of.get((site_id, kind))


GOOD = Asked(ROLLUP, "GET", "site_id=Sibaya", key="good")
LIMITED = Allowance(limit=600, remaining=599, seconds=60, exceeded=False)
EXCEEDED = Allowance(limit=600, remaining=0, seconds=17, exceeded=True)


def answered(asked: Asked, source: Memory | None = None, now: datetime = NOW) -> Answer:
    return answer(asked, source=source or Memory(), now=now)


def test_a_good_request_gets_the_prepared_bytes_and_their_headers() -> None:
    found = answered(GOOD)
    assert found.status == 200
    assert found.body == b'{"stale":false}'
    assert {name: found.headers[name] for name in ("ETag", "Cache-Control", "Vary", "Content-Type")} == {
        "ETag": '"fresh"',
        "Cache-Control": "private, no-cache",
        "Vary": "x-api-key, Accept-Encoding",
        "Content-Type": "application/json",
    }
    assert found.headers["Last-Modified"] == "Fri, 29 May 2026 12:00:00 GMT"
    assert found.headers["Snapshot-Checked-At"] == "2026-05-30T11:59:58Z"
    assert found.headers["Snapshot-Next-At"] == "2026-05-30T12:00:29Z"


def test_the_tag_answers_304_with_the_same_headers_and_no_body() -> None:
    full = answered(GOOD)
    found = answered(replace(GOOD, if_none_match='"fresh"'))
    assert (found.status, found.body) == (304, b"")
    assert dict(found.headers) == {name: value for name, value in full.headers.items() if name != "Content-Type"}


def test_after_two_periods_without_a_run_the_stale_variant_is_answered_with_its_own_tag() -> None:
    """A polling client that has the fresh one sees the change [P6]."""
    late = NOW + timedelta(seconds=60)
    asked = replace(GOOD, if_none_match='"fresh"')
    assert answered(asked, now=late - timedelta(microseconds=1)).status == 304
    found = answered(asked, now=late)
    assert (found.status, found.body, found.headers["ETag"]) == (200, b'{"stale":true}', '"stale"')
    assert found.headers["Last-Modified"] == "Sat, 30 May 2026 12:01:00 GMT"


def test_head_has_the_headers_of_get_and_no_body() -> None:
    full, found = answered(GOOD), answered(replace(GOOD, method="HEAD"))
    assert (found.status, found.body) == (200, b"")
    assert dict(found.headers) == {**full.headers, "Content-Length": str(len(full.body))}


@pytest.mark.parametrize(
    ("asked", "source", "status", "error", "asked_for"),
    [
        (replace(GOOD, key=None, method="POST", query=""), Memory(), 401, "Unauthorized", []),
        (replace(GOOD, key="bad", method="POST", query=""), Memory(), 401, "Unauthorized", ["key"]),
        (replace(GOOD, method="POST", query=""), Memory(EXCEEDED), 405, "Method not allowed", ["key"]),
        (replace(GOOD, query=""), Memory(EXCEEDED), 429, "Too many requests", ["key", "rate"]),
        (replace(GOOD, query="x=1"), Memory(LIMITED), 400, "Invalid request", ["key", "rate"]),
        (replace(GOOD, query="site_id=Other"), Memory(), 403, "Access denied", ["key", "rate", "site"]),
        (GOOD, Memory(edition_of={}), 404, "Not found", ["key", "rate", "site", "edition"]),
    ],
)
def test_checks_come_in_the_documented_order(
    asked: Asked, source: Memory, status: int, error: str, asked_for: list[str]
) -> None:
    """[P2]: and nothing is asked for that an earlier check has made needless."""
    found = answered(asked, source)
    assert found.status == status
    assert json.loads(found.body)["error"] == error
    assert source.asked == asked_for
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert "Retry-After" in found.headers["Access-Control-Expose-Headers"]


def test_a_condition_is_looked_at_only_after_the_key_and_its_site() -> None:
    asked = replace(GOOD, if_none_match="*")
    assert answered(replace(asked, key="bad")).status == 401
    assert answered(replace(asked, query="site_id=Other")).status == 403
    assert answered(asked, Memory(edition_of={})).status == 404
    assert answered(asked).status == 304


def test_refusals_of_keys_and_sites_repeat_no_input() -> None:
    assert answered(replace(GOOD, key="one")) == answered(replace(GOOD, key="two"))
    assert answered(replace(GOOD, query="site_id=One")) == answered(replace(GOOD, query="site_id=Two"))


def test_a_401_names_the_way_to_authenticate_and_a_405_the_methods() -> None:
    assert answered(replace(GOOD, key=None)).headers["WWW-Authenticate"].startswith("ApiKey ")
    assert answered(replace(GOOD, method="DELETE")).headers["Allow"] == "GET, HEAD, OPTIONS"


def test_what_a_key_has_left_is_said_with_every_answer_that_counted() -> None:
    for asked, status in ((GOOD, 200), (replace(GOOD, query=""), 400), (replace(GOOD, if_none_match="*"), 304)):
        found = answered(asked, Memory(LIMITED))
        assert found.status == status
        assert found.headers["RateLimit"] == '"key";r=599;t=60'
        assert found.headers["RateLimit-Policy"] == '"key";q=600;w=60'
    assert answered(GOOD, Memory(EXCEEDED)).headers["Retry-After"] == "17"
    assert "RateLimit" not in answered(GOOD).headers


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("", "site_id is required"),
        ("kind=kpi-rollup", "site_id is required"),
        ("site_id=Sibaya&site_id=Sibaya", "site_id: The parameter is given more than once"),
        ("site_id=Sibaya&at=2026-01-01T00:00:00Z", "at is not a parameter of this endpoint"),
        ("site_id=Sibaya&%00=1", "?: Text cannot hold NUL"),
        ("site_id=%ff", "The query: The query is not UTF-8"),
    ],
)
def test_a_bad_query_is_named(query: str, detail: str) -> None:
    found = answered(replace(GOOD, query=query))
    assert found.status == 400
    assert json.loads(found.body) == {"error": "Invalid request", "detail": detail}


@pytest.mark.parametrize(
    "query",
    [
        "site_id=",
        "site_id",
        "site_id[]=Sibaya",
        "site_id=Sib%00aya",
        "site_id=Sibaya%0a",
        "site_id=Sib%C3%A9",
        "site_id=" + "a" * 65,
        "site_id=" + "a" * 100_000,
        "site_id=Sibaya;kind=x",
        "&".join(f"p{number}=1" for number in range(5_000)),
        "site_id=\xff",
        "site_id=Sibaya%25",
        "%F0%9F%98%80=1&site_id=Sibaya",
    ],
)
def test_a_hostile_query_is_a_400_of_modest_size(query: str) -> None:
    found = answered(replace(GOOD, query=query))
    assert found.status == 400
    assert len(found.body) < 1_000


def test_a_space_in_a_name_is_a_plus_or_an_escape() -> None:
    for query in ("site_id=Sun+Park_1-b", "site_id=Sun%20Park_1-b"):
        assert answered(replace(GOOD, query=query)).status == 403


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("site_id=Sibaya&kind=kpi-rollup", 200),
        ("site_id=Sibaya&kind=forecast", 404),
        ("site_id=Sibaya", 400),
        ("site_id=Sibaya&kind=", 400),
        ("site_id=Sibaya&kind=a/b", 400),
        ("site_id=Sibaya&kind=kpi-rollup&kind=forecast", 400),
        ("site_id=Sibaya&kind=kpi-rollup&at=2026-01-01", 400),
        ("site_id=Sibaya&kind=kpi-rollup&at=2026-01-01T00:00:00", 400),
        ("site_id=Sibaya&kind=kpi-rollup&at=2026-01-01T00:00:00+02:00", 400),
        ("site_id=Sibaya&kind=kpi-rollup&at=0001-01-01T00:00:00%2B02:00", 400),
        ("site_id=Sibaya&kind=kpi-rollup&severity=High", 400),
    ],
)
def test_the_generic_address_takes_a_kind_and_an_instant(query: str, status: int) -> None:
    """[P1] [P8]; a plus in a query is a space."""
    assert answered(replace(GOOD, address=SNAPSHOT, query=query)).status == status


def test_an_instant_is_asked_for_in_utc() -> None:
    source = Memory()
    answered(replace(GOOD, address=SNAPSHOT, query="site_id=S1&kind=kpi-rollup&at=2026-01-01T02:00:00%2B02:00"), source)
    assert source.asked[-1] == "edition 2026-01-01T00:00:00+00:00"


def test_a_preflight_is_answered_without_a_key() -> None:
    found = answered(replace(GOOD, method="OPTIONS", key=None, query=""))
    assert (found.status, found.body) == (204, b"")
    assert found.headers["Access-Control-Allow-Headers"] == "x-api-key, If-None-Match"
    assert found.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert found.headers["Access-Control-Allow-Origin"] == "*"


def schema(text: str | None = "{}", method: str = "GET", query: str = "", if_none_match: str | None = None) -> Answer:
    return schema_answer(text, method=method, query=query, if_none_match=if_none_match)


def test_a_schema_is_everybodys() -> None:
    found = schema()
    assert (found.status, found.body, found.headers["Content-Type"]) == (200, b"{}", "application/json")
    assert schema(if_none_match=found.headers["ETag"]).status == 304
    assert schema(method="HEAD").body == b""
    assert schema(query="kind=x").status == 400
    assert schema(None, if_none_match="*").status == 404
    assert schema(None, method="PUT").status == 405
    assert schema(None, method="OPTIONS").status == 204
