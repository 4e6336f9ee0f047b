"""What every refusal looks like, whatever address it comes from: written here, not read from the document [C3] [P2].

`faults_of(...)` says what is wrong with one: its shape, and whether each `loc` of a 422 leads to where it says in what
was sent, with indices as integers.
"""

import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

LOC = {
    "type": "array",
    "minItems": 1,
    "prefixItems": [{"enum": ["body", "query", "path", "header"]}],
    "items": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string"}]},  # a field may be named ""
}
FAULT = {
    "type": "object",
    "required": ["loc", "msg", "type"],
    "properties": {"loc": LOC, "msg": {"type": "string", "minLength": 1}, "type": {"type": "string", "minLength": 1}},
    "additionalProperties": False,
}
INVALID = {
    "type": "object",
    "required": ["detail"],
    "properties": {"detail": {"type": "array", "minItems": 1, "maxItems": 100, "items": FAULT}},
    "additionalProperties": False,
}
SENTENCE = {"type": "string", "minLength": 1}
REFUSED = {
    "type": "object",
    "required": ["detail"],
    "properties": {"detail": SENTENCE},
    "additionalProperties": False,
}
TITLES = {
    400: "Invalid request",
    401: "Unauthorized",
    403: "Access denied",
    404: "Not found",
    405: "Method not allowed",
    429: "Too many requests",
    503: "Service unavailable",
}
NEEDED_HEADERS = {401: "www-authenticate", 405: "allow", 429: "retry-after", 503: "retry-after"}


def partners(status: int) -> dict[str, Any]:
    """The shape of a partner's refusal."""
    titles = [TITLES[status]] if status in TITLES else []
    return {
        "type": "object",
        "required": ["error", "detail"],
        "properties": {"error": {"enum": titles}, "detail": SENTENCE},
        "additionalProperties": False,
    }


def schema_of(path: str, status: int) -> dict[str, Any]:
    """The one shape that a refusal of this address may have."""
    if path.startswith("/partner/"):
        return partners(status)
    return INVALID if status == 422 else REFUSED


def faults_of(path: str, status: int, headers: Mapping[str, str], content: bytes, *, sent: bytes = b"") -> list[str]:
    """What is wrong with a refusal, if anything; header names are small."""
    if headers.get("content-type", "").partition(";")[0] != "application/json":
        return [f"it is {headers.get('content-type')!r}"]
    try:
        body = json.loads(content)
    except ValueError as error:
        return [f"it is no JSON: {error}"]
    found = [
        f"{fault.json_path}: {fault.message}"[:300]
        for fault in Draft202012Validator(schema_of(path, status)).iter_errors(body)
    ]
    if (needed := NEEDED_HEADERS.get(status)) and needed not in headers:
        found.append(f"it has no {needed}")
    return found or (_astray(body, sent) if status == 422 else [])


def _astray(body: dict[str, Any], sent: bytes) -> list[str]:
    """The places in the body that lead nowhere in what was sent as JSON."""
    try:
        document = json.loads(sent)
    except (ValueError, RecursionError):
        return []
    if body["detail"][0]["type"] == "json_invalid":  # which counts bytes
        return []
    places = [fault["loc"][1:] for fault in body["detail"] if fault["loc"][0] == "body"]
    return [f"{place} is nowhere in what was sent" for place in places if not leads_to(document, place)]


def leads_to(document: Any, place: list[str | int]) -> bool:
    """Whether a place is in a document; its last step may be a field that is missing, or a word for a whole."""
    for step, name in enumerate(place):
        is_last = step == len(place) - 1
        if isinstance(document, list):
            if not isinstance(name, int) or isinstance(name, bool) or name >= len(document):
                return False
            document = document[name]
        elif isinstance(document, dict):
            if not isinstance(name, str) or (name not in document and not is_last):
                return False
            document = document.get(name)
        else:
            return False
    return True
