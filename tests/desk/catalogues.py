"""What the code and the templates want translated, and what the catalogues have: read without gettext's programs."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
APPS = ("assets", "config", "markets", "partner", "sites")
MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext", "pgettext_lazy"}
LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
MARKED = re.compile(rf"\b(?P<mark>_|n?p?gettext)\(\s*(?P<texts>{LITERAL}(?:\s*,\s*{LITERAL})*)")
PLACE = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|%%")
LINE = re.compile(r"(?P<key>msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) (?P<text>\".*\")")
Key = tuple[str | None, str]  # context and sentence


@dataclass
class Entry:
    """One sentence of a catalogue."""

    texts: dict[str, str] = field(default_factory=dict)
    is_fuzzy: bool = False

    @property
    def key(self) -> Key:
        """What it is looked up by."""
        return self.texts.get("msgctxt"), self.texts["msgid"]

    @property
    def forms(self) -> list[str]:
        """The translation, in each of its forms."""
        return [text for name, text in self.texts.items() if name.startswith("msgstr")]


def wanted() -> set[Key]:
    """Every sentence that is marked, in Python or in a template."""
    found: set[Key] = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            found.update(_of_python(path.read_text()))
    for path in (ROOT / "templates").rglob("*.html"):
        found.update(_of_template(path.read_text()))
    return found


def entries(language: str) -> list[Entry]:
    """The sentences of a language's catalogue, without its header."""
    path = folder(language) / "django.po"
    blocks = path.read_text().split("\n\n")
    return [entry for entry in map(_entry, blocks) if entry.texts.get("msgid")]


def folder(language: str) -> Path:
    """Where a language's catalogue lies."""
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES"


def places(text: str) -> list[str]:
    """The places of a sentence that values are put into."""
    return sorted(PLACE.findall(text))


def _of_python(source: str) -> Iterator[Key]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if texts:
                yield _key(node.func.id, texts)


def _of_template(source: str) -> Iterator[Key]:
    for found in MARKED.finditer(templatize(source)):
        texts = [ast.literal_eval(text) for text in re.findall(LITERAL, found["texts"])]
        yield _key(found["mark"], texts)


def _key(mark: str, texts: list[str]) -> Key:
    return (texts[0], texts[1]) if "pgettext" in mark else (None, texts[0])


def _entry(block: str) -> Entry:
    entry, key = Entry(), ""
    for line in block.splitlines():
        if line.startswith("#,"):
            entry.is_fuzzy |= "fuzzy" in line
        elif found := LINE.fullmatch(line):
            key = found["key"]
            entry.texts[key] = ast.literal_eval(found["text"])
        elif line.startswith('"'):
            entry.texts[key] += ast.literal_eval(line)
    return entry
