"""What the Partner API has beside other endpoints, for the OpenAPI document [P4]."""

from collections.abc import Iterator
from typing import Any

from config.api.endpoint import Endpoint
from config.api.schema import EndpointSchema

HEADERS = {
    "ETag": "The body's tag, for If-None-Match.",
    "Cache-Control": "Always `private, no-cache`: keep it, and ask whether it is still current.",
    "Last-Modified": "Since when this body is served.",
    "Snapshot-Checked-At": "When it was last found to be current.",
    "Snapshot-Next-At": "When it will be checked next.",
    "RateLimit": 'What the key has left: `"key";r=599;t=60`.',
    "RateLimit-Policy": 'How often the key may call: `"key";q=600;w=60`.',
}


class PartnerSchema(EndpointSchema):
    """Adds the conditional answer and the headers of snapshots."""

    def _responses(self, declared: Endpoint) -> Iterator[tuple[str, dict[str, Any]]]:
        headers = {name: {"schema": {"type": "string"}, "description": said} for name, said in HEADERS.items()}
        for status, response in super()._responses(declared):
            if status == "200" and self.declaring.security:
                response["headers"] |= headers
            yield status, response
            if status == "200":
                yield "304", {"description": "What the client has is current; no body.", "headers": headers}
