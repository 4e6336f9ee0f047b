"""deploy/container agrees with itself, with units and page, as far as can be seen without an engine."""

import re
import shlex
from typing import Any

import pytest
import yaml

from tests.deploy import page
from tests.deploy.proxies import DEPLOY
from tests.deploy.test_units import service

CONTAINER = DEPLOY / "container"
STARTED_BY_PYTHON = re.compile(r"^/opt/leitstand/\.venv/bin/python (?:-m celery )?")


@pytest.fixture
def compose() -> Any:
    return yaml.safe_load((CONTAINER / "compose.yaml").read_text())


def options_of_unit(name: str) -> list[str]:
    """The words by which a unit starts its program, after the program's own name."""
    (line,) = service(DEPLOY / "systemd" / f"leitstand-{name}.service")["ExecStart"]
    return shlex.split(STARTED_BY_PYTHON.sub("", line))


def test_what_is_named_is_there(compose: Any) -> None:
    """Services that others wait for, secrets that they read, files that are mounted."""
    services = compose["services"]
    for one in services.values():
        assert set(one.get("depends_on", [])) <= set(services)
        assert set(one.get("secrets", [])) <= set(compose["secrets"])
    mounted = [volume.partition(":")[0] for volume in services["nginx"]["volumes"] if volume.startswith(".")]
    assert [path for path in mounted if not (CONTAINER / path).exists()] == []
    files = [text for name, text in services["web"]["environment"].items() if name.endswith("_FILE")]
    assert {path.rpartition("/")[2] for path in files} == set(services["web"]["secrets"])


@pytest.mark.parametrize("name", ["worker", "beat", "ingest"])
def test_a_container_runs_what_its_unit_runs(name: str, compose: Any) -> None:
    _program, *options = compose["services"][name]["command"]
    unit = [word for word in options_of_unit(name) if word not in ("manage.py", "--loglevel", "INFO")]
    assert [word for word in options if word != "manage.py"] == unit


def test_the_image_serves_as_the_unit_does() -> None:
    (stated,) = re.findall(r"^CMD (\[.*\])$", (CONTAINER / "Containerfile").read_text(), re.MULTILINE)
    moved = {"0.0.0.0": "127.0.0.1", "8000": "%i"}  # noqa: S104  it is the container's own network
    assert [moved.get(word, word) for word in yaml.safe_load(stated)[1:]] == options_of_unit("web@")


def test_the_image_holds_what_the_page_copies() -> None:
    (copied,) = {line for line in page.commands(page.SET_UP, name="x") if line.startswith("rsync")}
    wanted = {word for word in copied.split()[1:-1] if not word.startswith("--")} - {"deploy"}
    text = (CONTAINER / "Containerfile").read_text()
    taken = {word for line in re.findall(r"^COPY (.*) \S+$", text, re.MULTILINE) for word in line.split()}
    kept = set(re.findall(r"^!(\S+)$", (CONTAINER / "Containerfile.dockerignore").read_text(), re.MULTILINE))
    assert taken == kept == wanted
