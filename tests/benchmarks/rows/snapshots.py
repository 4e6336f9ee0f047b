"""Partners' documents, from memory or from a file."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from partner.models import Snapshot
from partner.operations.keys import issue_partner_key
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Target, Times, in_turns, rates
from tests.benchmarks.results import Line, more_per_second, times_faster
from tests.benchmarks.servers import start_bare, start_static
from tests.benchmarks.wire import Wire
from tests.factories.plants import make_profile, make_site
from tests.factories.snapshots import make_snapshot

KIND = "kpi-rollup"


def delivered(bench: Bench) -> list[Line]:
    """A document with its key checked, whole and as 304."""
    path, key = _publish()
    headers = {"x-api-key": key}
    with Wire(bench.ours) as wire:
        whole = wire.ask("GET", path, headers=headers)
    assert whole.status == 200, whole
    known = {**headers, "If-None-Match": whole.header("ETag")}
    static, bare = start_static(bench.machine, whole.body), start_bare(bench.machine, whole.body)
    targets = {
        "ours": Target(bench.ours, path, headers),
        "peer": Target(bench.peer, path, headers),
        "ours 304": Target(bench.ours, path, known),
        "peer 304": Target(bench.peer, path, known),
        "granian": Target(bare, "/"),
    }
    if static:
        with Wire(static) as wire:
            tag = wire.ask("GET", "/snapshot").header("ETag")
        targets["nginx"] = Target(static, "/snapshot")
        targets["nginx 304"] = Target(static, "/snapshot", {"If-None-Match": tag})
    found, by = rates(targets)
    times = in_turns({name: targets[name].reader() for name in ("ours", "peer", "ours 304", "peer 304")}, turns=100)
    return _lines(found, times, by=by)


def _lines(found: Mapping[str, float], times: Times, *, by: str) -> list[Line]:
    lines = []
    for form, name in (("200", ""), ("304", " 304")):
        ours, peer = f"ours{name}", f"peer{name}"
        many = f"{form}, eight at once ({by})"
        lines.append(more_per_second(many, "peer", ours=found[ours], theirs=found[peer], least=6))
        if "nginx" in found:
            lines.append(more_per_second(many, "nginx", ours=found[ours], theirs=found[f"nginx{name}"], least=0.5))
        granian = found["granian"]
        lines.append(
            more_per_second(many, "granian, bare: fixed bytes, no key", ours=found[ours], theirs=granian, least=None)
        )
        lines.append(
            times_faster(
                f"{form}, one at a time",
                "peer",
                ours=times.median(ours),
                theirs=times.median(peer),
                ratio=times.ratio(peer, ours),
                least=None,
            )
        )
    return lines


def _publish() -> tuple[str, str]:
    """A published document that stays fresh all through the run: its address, and the text of a key that opens it."""
    now = timezone.now()
    site = make_site(code="BENCH")
    profile = make_profile(site)
    snapshot = make_snapshot(profile, now=now)
    later = now + timedelta(days=1)
    Snapshot.objects.filter(pk=snapshot.pk).update(next_check_at=later, stale_from=later)
    issued = issue_partner_key(name="bench", sites=[site.pk], rate_per_minute=0, by="user:bench", now=now)
    public_name = profile.public_name.replace(" ", "%20")
    return f"/partner/snapshot?site_id={public_name}&kind={KIND}", issued.text
