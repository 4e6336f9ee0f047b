"""The operations of the OpenAPI document, as tests call them: each with a caller that may and a path that exists."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from config.desk.documents import document
from tests.conformance import JSON, METHODS


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    method: str
    template: str
    said: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.template}"

    def path(self, ids: Mapping[str, str]) -> str:
        """Its path with these ids; a parameter without one gets a name that does not exist."""
        return re.sub(r"\{(\w+)\}", lambda match: quote(ids.get(match[1], "UNKNOWN"), safe=""), self.template)

    @property
    def names(self) -> list[str]:
        """Its path parameters."""
        return re.findall(r"\{(\w+)\}", self.template)

    @property
    def query_parameters(self) -> list[str]:
        return [one["name"] for one in self.said["parameters"] if one["in"] == "query"]

    @property
    def is_open(self) -> bool:
        """Whether it needs no key."""
        return not self.said["security"]

    @property
    def is_partners(self) -> bool:
        """Whether it is of the Partner API, whose refusals are its own."""
        return self.template.startswith("/partner/")

    @property
    def may_have_content(self) -> bool:
        """Whether what a client sends with it is looked at."""
        return self.method != "GET"

    @property
    def example(self) -> Any:
        """What a client may send with it; None where it takes no body."""
        body = self.said.get("requestBody")
        return body["content"][JSON]["example"] if body else None

    @property
    def examples_of_rows(self) -> dict[str, bytes]:
        """What a client may send with it in other media types than JSON, by their names."""
        content = self.said.get("requestBody", {}).get("content", {})
        return {media: one["example"].encode() for media, one in content.items() if media != JSON}

    @property
    def media_of_answers(self) -> list[str]:
        """The media types that what was asked for comes in."""
        return list(self.said["responses"].get("200", {}).get("content", {}))

    def query(self, ids: Mapping[str, str], *, leaving_out: str = "") -> list[str]:
        """The parts of a query with what it cannot do without: of a window, a delivery day or the latest will do."""
        own_window = {"from", "to", "latest"} & {leaving_out}
        window = "delivery_day" if "delivery_day" in self.query_parameters else "latest"
        needed = [
            one
            for one in self.said["parameters"]
            if one["in"] == "query" and (one["required"] or (one["name"] == window and not own_window))
        ]
        given = {one["name"]: ids.get(one["name"].rstrip("s"), example_of(one["schema"])) for one in needed}
        return [f"{name}={quote(value)}" for name, value in given.items() if name != leaving_out]

    def address(self, ids: Mapping[str, str]) -> str:
        """Its path with these ids and the query that it needs."""
        return "?".join([self.path(ids), *filter(None, ["&".join(self.query(ids))])])


def example_of(schema: Mapping[str, Any]) -> str:
    """A value that a parameter of this schema takes."""
    if "$ref" in schema:
        return example_of(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if schema.get("type") == "boolean":
        return "true"
    if examples := schema.get("examples") or schema.get("enum"):
        return str(examples[0])
    return example_of(schema["items"]) if "items" in schema else "x"


def operations() -> Iterator[Operation]:
    """All that are documented."""
    for template, methods in document()["paths"].items():
        for method, said in methods.items():
            assert method in METHODS
            yield Operation(method.upper(), template, said)


EVERY = sorted(operations(), key=str)
CLOSED = [one for one in EVERY if not one.is_open]
OURS = [one for one in CLOSED if not one.is_partners]
WITH_CONTENT = [one for one in OURS if one.may_have_content]
WITH_ROWS = [one for one in WITH_CONTENT if one.examples_of_rows]
WITH_BODY = [one for one in WITH_CONTENT if one.example is not None]
