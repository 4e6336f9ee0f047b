"""What is installed is locked by its hash, from wherever the machine gets its packages."""

import re
import tomllib
from importlib.metadata import packages_distributions

import pytest

from config.embedded import BASE_DIR
from tests.architecture.sources import sources

OF_PYDANTIC = {"pydantic-core", "annotated-types"}  # words of its own that it keeps in packages of their own
LOCKS = ["requirements.txt", "requirements-dev.txt"]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address_of_an_index(name: str) -> None:
    text = (BASE_DIR / name).read_text()

    assert re.findall(r"^-.*|\w+://\S+|\bindex\b.*", text, flags=re.MULTILINE) == []


@pytest.mark.parametrize("name", LOCKS)
def test_everything_is_locked_to_one_version_with_hashes(name: str) -> None:
    text = (BASE_DIR / name).read_text().replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]

    assert entries
    assert [entry for entry in entries if not re.match(r"[\w.\-\[\]]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry)] == []


def test_what_the_tests_need_includes_what_leitstand_needs_in_the_same_version() -> None:
    run, dev = (set(re.findall(r"^\S+==\S+", (BASE_DIR / name).read_text(), flags=re.MULTILINE)) for name in LOCKS)

    assert run <= dev


def test_every_dependency_says_why_it_is_here() -> None:
    text = (BASE_DIR / "pyproject.toml").read_text()
    named = tomllib.loads(text)
    dependencies = [*named["project"]["dependencies"], *named["dependency-groups"]["dev"]]

    assert [entry for entry in dependencies if not re.search(rf'"{re.escape(entry)}",\s+# \S', text)] == []


def test_what_the_code_imports_is_named_as_a_dependency() -> None:
    """Else it is there by accident, as a need of something else or of the tests."""
    named = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["dependencies"]
    dependencies = {normal(re.split(r"[^\w.-]", entry)[0]) for entry in named} | OF_PYDANTIC
    ours = [source for source in sources() if not source.name.startswith("tests")]
    imported = {name.split(".")[0] for source in ours for name in source.imports()}
    providers = packages_distributions()
    foreign = {name: {normal(provider) for provider in providers[name]} for name in imported & set(providers)}

    assert {name: needs for name, needs in foreign.items() if not needs & dependencies} == {}


def normal(name: str) -> str:
    """A distribution's name as locks and pyproject.toml write it."""
    return re.sub(r"[-_.]+", "-", name).lower()
