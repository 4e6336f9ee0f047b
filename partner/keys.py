"""The text of keys: made, checked and digested [C14]. Nothing here reads the database."""

import hmac
import re
import secrets
import string
import zlib

from django.conf import settings

API_PREFIX = "lst_"
PARTNER_PREFIX = "lsp_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
SECRET_LENGTH = 32  # 190 bits
CHECKSUM_LENGTH = 6
HINT_LENGTH = 8
_SHAPE = re.compile(rf"(?:{API_PREFIX}|{PARTNER_PREFIX})[0-9A-Za-z]{{{SECRET_LENGTH + CHECKSUM_LENGTH}}}", re.ASCII)


def make_key(prefix: str, *, secret: str | None = None) -> str:
    """A new key: its prefix, what nobody can guess, and a checksum by which secret scanners tell it from other text.

    `secret` is that middle part where the caller has one; else it is made up.
    """
    body = prefix + (secret or "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH)))
    return body + _checksum(body)


def is_well_formed(text: str, *, prefix: str) -> bool:
    """Whether the text can be a key of this kind: a mistyped one is refused before anybody asks the database.

    >>> is_well_formed("lst_x", prefix=API_PREFIX)
    False
    """
    if not text.startswith(prefix) or not _SHAPE.fullmatch(text):
        return False
    return text[-CHECKSUM_LENGTH:] == _checksum(text[:-CHECKSUM_LENGTH])


def digest_of(text: str) -> str:
    """What is stored in a key's place: an HMAC that is worth nothing without the pepper."""
    return hmac.digest(settings.KEY_PEPPER.encode(), text.encode(), "sha256").hex()


def hint_of(text: str) -> str:
    """The start of a key, by which people recognise it in a list."""
    return text[:HINT_LENGTH]


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = []
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
