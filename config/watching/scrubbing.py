"""What leaves the machine for those who watch it holds no key, no query, no body and no cookie [P15]."""

from typing import Any, Final

from config.api.log_secrets import KEY

ADDRESSES: Final = frozenset({"url", "http.url", "http.target", "url.full"})
LEFT_OUT: Final = frozenset({"url.query", "query_string", "data", "cookies", "env"})
HEADERS_KEPT: Final = frozenset({"accept", "content-length", "content-type", "host", "user-agent", "x-request-id"})


def scrubbed(value: Any) -> Any:
    """The same without keys in any text of it, however deep it is."""
    if isinstance(value, str):
        return KEY.sub(r"\1...", value) if "ls" in value else value
    if isinstance(value, dict):
        return {scrubbed(name): scrubbed(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(scrubbed, value))
    return value


def without_query(address: str) -> str:
    """An address up to its query."""
    return address.partition("?")[0].partition("#")[0]


def attributes(known: dict[str, Any]) -> dict[str, Any]:
    """What is said of a request or a statement, without what may be secret."""
    kept = {name: entry for name, entry in known.items() if name not in LEFT_OUT}
    addresses = {name: without_query(str(entry)) for name, entry in kept.items() if name in ADDRESSES}
    return {name: scrubbed(entry) for name, entry in {**kept, **addresses}.items()}


def request(known: dict[str, Any]) -> dict[str, Any]:
    """A request as an error report may show it: its address without query, and a few of its headers."""
    headers = {name: text for name, text in known.get("headers", {}).items() if name.lower() in HEADERS_KEPT}
    return attributes({**known, "headers": headers})
