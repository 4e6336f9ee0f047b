"""The demo's login and keys: derived from SECRET_KEY, so that every start can print them and nothing keeps them."""

import hashlib
import hmac

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone

from config.desk.demo.presence import is_seeded
from partner.keys import ALPHABET, API_PREFIX, PARTNER_PREFIX, SECRET_LENGTH, make_key
from partner.queries import find_api_key, find_partner_key

OPERATOR = "operator"
CHANGED = "(no longer the demo's: it was changed, or SECRET_KEY was)"


def secret_of(purpose: str, *, length: int = SECRET_LENGTH) -> str:
    """Letters and digits that only who knows SECRET_KEY can work out, the same each time.

    >>> secret_of("one") == secret_of("one"), secret_of("one") == secret_of("other")
    (True, False)
    """
    digest = hmac.new(settings.SECRET_KEY.encode(), f"leitstand.demo.{purpose}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest, "big")
    letters: list[str] = []
    while len(letters) < length:
        number, letter = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[letter])
    return "".join(letters)


def password() -> str:
    """The demo operator's password."""
    return secret_of("operator", length=20)


def api_secret() -> str:
    """What the demo's Asset Service key is made from."""
    return secret_of("api-key")


def partner_secret() -> str:
    """What the demo's partner key is made from."""
    return secret_of("partner-key")


def describe(*, url: str = "http://127.0.0.1:8000") -> list[str]:
    """The lines for an operator who has just started the desk at this address; none where there is no demo.

    Only what opens is printed: a password that was changed or a key that was revoked is said to be so.
    """
    if not settings.DEMO or not is_seeded():
        return []
    now = timezone.now()
    operator = get_user_model().objects.filter(username=OPERATOR).first()
    logs_in = operator is not None and operator.check_password(password())
    api_key = make_key(API_PREFIX, secret=api_secret())
    partner_key = make_key(PARTNER_PREFIX, secret=partner_secret())
    reads = find_partner_key(partner_key, now=now) is not None
    header = partner_key if reads else "..."
    return [
        f"  back office   {url}/admin",
        f"  login         {f'{OPERATOR}  password {password()}' if logs_in else CHANGED}",
        f"  API           {url}/api/docs",
        f"  API key       {api_key if find_api_key(api_key, now=now) else CHANGED}",
        f"  partner key   {f'{partner_key}  (Sibaya)' if reads else CHANGED}",
        f'  look first    curl -i -H "x-api-key: {header}" "{url}/partner/kpi-rollup?site_id=Sibaya"',
    ]
