"""On no page of the back office is there a text that is the same in English and in German or Polish, but for names."""

import re
from zoneinfo import available_timezones

import pytest
from django.test import Client
from django_celery_beat.models import PeriodicTask

from config.desk.roles import ROLES
from tests.desk.pages import furnished, texts_of
from tests.factories.operators import desk_of, make_superuser

pytestmark = pytest.mark.django_db

# What has no language: ids, addresses, keys, codes and columns of the API, digests, symbols of the theme, other names.
CODED = re.compile(
    r"""[a-z_:]+|"\w+"|["(]*\w+[-_:.=]\S*|\S+_\S+|\S+: .*|\(?[A-Z]{2,}.*|user:\w+|.*\blst?p?_\w+.*|[\d.,+-]+ \w+/?\w*"""
)
NAMED = {
    *("50Hertz", "Amprion", "TenneT", "TransnetBW", "Energiekoppler", "Entelios", "Terralayr", "Asset Simulator"),
    *("Transition Technologies", "Wunsiedel battery", "Immenstadt", "Park 1", "Factory", "Leitstand"),
    *("English", "Deutsch", "Polski"),
}
ALIKE = {  # the same word in both languages
    "de": {"Status", "Status:", "System", "Name", "Code", "Format", "Export", "Dashboard", "Normal", "ETag"},
    "pl": {"Status", "Status:", "System", "Format", "Model", "ETag", "JSON Schema (draft 2020-12)"},
}


ZONES = {form for name in available_timezones() for form in (name, name.replace("_", " "))}


def is_a_name(text: str) -> bool:
    """Whether somebody or something is called so."""
    bare = re.sub(r" \([A-Z0-9_]+\)$", "", text)
    return bare in NAMED or text in ROLES or text in ZONES or CODED.fullmatch(text) is not None


@pytest.mark.parametrize("language", ["de", "pl"])
def test_no_english_is_left(language: str) -> None:
    desk: Client = desk_of(make_superuser())
    left: dict[str, str] = {}
    addresses = furnished(desk)
    stored = set(PeriodicTask.objects.values_list("name", flat=True))
    for address in addresses:
        english = set(texts_of(desk.get(address, headers={"accept-language": "en"})))
        for text in texts_of(desk.get(address, headers={"accept-language": language})):
            if text in english and re.search("[a-z]{3}", text) and text not in stored | ALIKE[language]:
                left.setdefault(text, address)
    permissions = " | "  # Django keeps them in words
    assert {text: where for text, where in left.items() if not is_a_name(text) and permissions not in text} == {}
