"""Doing once what is asked for twice: the Idempotency-Key of a POST [C12].

The stored answer and what the request did are one transaction: after a crash there are both or neither, so that a
client that never got its answer may always ask again.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from config.api.answers import json_text
from config.api.errors import exception_handler
from config.api.log_secrets import holds_key
from config.api.models import LONGEST_PATH, StoredAnswer
from config.errors import ConflictError, Fault, InvalidError

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
KEPT_HEADERS = ("Location", "Preference-Applied")
BAD_REQUEST, TOO_MANY_REQUESTS, INTERNAL_ERROR = 400, 429, 500
_PRINTABLE = re.compile(r"[\x20-\x7e]{1,255}")

STORE = """
INSERT INTO api_storedanswer (caller, path, key, digest, status, headers, body, created_at)
VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s, %s)
ON CONFLICT (caller, path, key) DO UPDATE SET
    digest = excluded.digest, status = excluded.status, headers = excluded.headers, body = excluded.body,
    created_at = excluded.created_at
"""
# A few at a time, by whoever stores one: there is never more to keep than a day's answers, and no task to forget.
FORGET = """
DELETE FROM api_storedanswer WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM api_storedanswer WHERE created_at < %s ORDER BY created_at LIMIT 10 FOR UPDATE SKIP LOCKED
))
"""


class StillRunningError(ConflictError):
    """The first request with this key has not been answered yet."""


def once(request: Request, *, caller: str, handle: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer to a POST: handled now, or the stored one where the caller sent the same with the same key before.

    Raises InvalidError for a key that is malformed or was used with another body, StillRunningError while the first
    request runs.
    """
    key = request.headers.get(HEADER)
    if request.method != "POST" or key is None:
        return handle()
    if not _PRINTABLE.fullmatch(key):
        raise _refused("The key should have 1 to 255 printable ASCII characters")
    raw = request._request  # noqa: SLF001  the bytes as they came
    if not _came_whole(raw) or _names_nothing(raw.path):
        return handle()
    digest = hashlib.sha256(raw.get_full_path().encode() + b"\0" + raw.body).digest()
    name = name_of(key)
    with transaction.atomic():
        if not _is_first(f"{caller} {raw.path} {key}"):
            raise StillRunningError(f"A request with the {HEADER} {key} is still running.")
        stored = StoredAnswer.objects.filter(
            caller=caller, path=raw.path, key=name, created_at__gt=timezone.now() - KEPT
        ).first()
        if stored is None:
            return _store(_answer(handle), caller=caller, path=raw.path, key=name, digest=digest)
        if bytes(stored.digest) != digest:
            raise _refused("The key was used before with another body")
    return _replay(stored)


def name_of(key: str) -> str:
    """What an Idempotency-Key is stored as: clients that send their secret for one do not have it kept here [C14]."""
    return hashlib.sha256(key.encode()).hexdigest()


def _came_whole(raw: HttpRequest) -> bool:
    """Whether the body is here to be compared with another; what is sent again after one that was cut off is not it."""
    return len(raw.body) == int(raw.META.get("CONTENT_LENGTH") or 0)


def _names_nothing(path: str) -> bool:
    """Whether a path cannot be stored, and no id can be in it: nothing is done there, once or twice."""
    return "\0" in path or len(path) > LONGEST_PATH or holds_key(path)


def _is_first(name: str) -> bool:
    """Whether nobody else handles a request with this caller, path and key; nobody will until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        (locked,) = cursor.fetchone()
    return bool(locked)


def _refused(sentence: str) -> InvalidError:
    return InvalidError([Fault(("header", HEADER), sentence, "idempotency_key")])


def _answer(handle: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer, also of what is refused; what a refused request has done is undone."""
    try:
        with transaction.atomic():
            return handle()
    except Exception as error:  # noqa: BLE001  every refusal is an answer, and the handler logs what is none
        return exception_handler(error, {})


def _store(answer: HttpResponse, *, caller: str, path: str, key: str, digest: bytes) -> HttpResponse:
    if answer.status_code >= INTERNAL_ERROR or answer.status_code == TOO_MANY_REQUESTS:
        transaction.set_rollback(True)
        return answer
    body = answer.content.decode()
    if answer.status_code >= BAD_REQUEST and holds_key(body):  # it did nothing, and says the same when asked again
        return answer
    now = timezone.now()
    headers = {name: answer[name] for name in KEPT_HEADERS if name in answer}
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [now - KEPT])
        kept = connection.ops.adapt_json_value(headers, None)
        cursor.execute(STORE, [caller, path, key, digest, answer.status_code, kept, body, now])
    return answer


def _replay(stored: StoredAnswer) -> HttpResponse:
    answer = json_text(stored.body, status=stored.status)
    if not stored.body:
        del answer["Content-Type"]
    for name, value in stored.headers.items():
        answer[name] = value
    answer["Idempotent-Replayed"] = "true"
    return answer
