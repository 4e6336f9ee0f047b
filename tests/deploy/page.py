"""The commands that docs/deployment.md tells its reader to type, word for word."""

import re
from collections.abc import Iterator

from config.embedded import BASE_DIR

PAGE = BASE_DIR / "docs" / "deployment.md"
NAME = "your.name"  # stands for the reader's own
SET_UP = "On one Debian machine, step by step"
FIRST = "The first operator and the first keys"
UPGRADE = "Upgrades"
BACKUP = "Backup"
PROMISED = re.compile(r"`https://your\.name(/\S+)` now answers `([^`]+)`")
BLOCK = re.compile(r"^( *)```console\n(.*?)^\1```", re.MULTILINE | re.DOTALL)


def section(heading: str) -> str:
    """The text under a heading of the third level."""
    text = PAGE.read_text()
    begin = text.index(f"\n### {heading}\n")
    return re.split(r"^##+ ", text[begin + 5 :], maxsplit=1, flags=re.MULTILINE)[0]


def commands(heading: str, *, name: str) -> list[str]:
    """What root is told to type under a heading, in order, with this name for the machine."""
    return [line.replace(NAME, name) for line in _typed(section(heading))]


def promised() -> tuple[str, str]:
    """The address that answers when all steps are done, and what it is said to answer."""
    found = PROMISED.search(section(SET_UP))
    assert found
    return found[1], found[2]


def _typed(text: str) -> Iterator[str]:
    for _, block in BLOCK.findall(text):
        for line in block.splitlines():
            prompt, _, command = line.strip().partition(" ")
            assert prompt == "#", f"{line!r} is nothing that root is to type"
            yield command
