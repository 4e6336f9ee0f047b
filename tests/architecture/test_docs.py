"""The documentation against the code: what it points at exists, what it lists is complete."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assets.lifecycle import TRANSITIONS
from config.embedded import BASE_DIR

DOCS = BASE_DIR / "docs"
DECISIONS = DOCS / "adr"
PAGES = [BASE_DIR / "README.md", BASE_DIR / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
CODE = ("config", "assets", "sites", "markets", "partner")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
READ_FROM_ENVIRONMENT = re.compile(r"""(?:os\.environ(?:\.get\(|\[)|given\(|listed\()\s*"([A-Z][A-Z_]+)\"""")
SOURCES = {".py", ".sql"}
RULE = re.compile(r"\[(?:(?:C|B|A|S|D|SS|L|F|R|SP|ST|E|PR|T)\d+|P\d)\]")
DOCUMENTED_VARIABLE = re.compile(r"^\| `([A-Z][A-Z_]+)` \|", re.MULTILINE)


def links_of(page: Path) -> Iterator[str]:
    for target in LINK.findall(FENCED.sub("", page.read_text())):
        if "://" not in target and not target.startswith("mailto:"):
            yield target


def anchors_of(page: Path) -> set[str]:
    """As GitHub makes them: lower case, without punctuation, hyphens for spaces."""
    headings = HEADING.findall(FENCED.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(BASE_DIR)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for target in links_of(page):
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), f"{target} is not there"
        assert not anchor or anchor in anchors_of(linked), f"{target} has no such heading"


def test_every_variable_that_is_read_is_documented_and_the_reverse() -> None:
    sources = [path.read_text() for package in CODE for path in (BASE_DIR / package).rglob("*.py")]
    read = {name for source in sources for name in READ_FROM_ENVIRONMENT.findall(source)}
    documented = DOCUMENTED_VARIABLE.findall((DOCS / "deployment.md").read_text())
    assert sorted(documented) == sorted(read)


def test_every_rule_that_the_code_names_is_explained() -> None:
    files = [path for package in (*CODE, "tests") for path in (BASE_DIR / package).rglob("*")]
    named = {rule for path in files if path.suffix in SOURCES for rule in RULE.findall(path.read_text())}
    explained = re.findall(r"^- \*\*(\[[A-Z]+\d+\])\*\*", (DOCS / "rules.md").read_text(), re.MULTILINE)
    assert named - set(explained) == set()
    assert len(explained) == len(set(explained))


def test_every_decision_is_listed_and_numbered() -> None:
    records = sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))
    listed = re.findall(r"^(\d+)\. \[([^\]]+)\]\(([^)]+)\)$", (DECISIONS / "README.md").read_text(), re.MULTILINE)
    assert [name for _, _, name in listed] == records
    for number, (place, title, name) in enumerate(listed, start=1):
        assert name.startswith(f"{number:04}-")
        assert (DECISIONS / name).read_text().startswith(f"# {place}. {title}\n")


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [BASE_DIR / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            waiting += [(page.parent / target.partition("#")[0]).resolve() for target in links_of(page)]
    assert set(PAGES) <= reached


def test_the_documented_lifecycle_is_the_transition_table() -> None:
    """[A5]."""
    concepts = (DOCS / "concepts.md").read_text()
    documented = re.findall(r"^\| `([a-z-]+)` \| ([A-Z]+) \| ([A-Z]+) \| (.+) \|$", concepts, re.MULTILINE)
    assert documented == [
        (one.action, one.needs.value, one.leads_to.value, one.meaning) for one in TRANSITIONS.values()
    ]


def test_both_market_zones_have_the_same_rules() -> None:
    """What docs/adr/0006 rests on; an update of the time zone data that parts them is noticed here."""
    berlin, warsaw = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Warsaw")
    hours = (datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(20 * 366 * 24))
    assert all(hour.astimezone(berlin).utcoffset() == hour.astimezone(warsaw).utcoffset() for hour in hours)
