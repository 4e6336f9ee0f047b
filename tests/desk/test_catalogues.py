"""The catalogues have what the back office says, all of it, and what is compiled is what is written."""

import gettext

import pytest
from django.conf import settings
from django.contrib import admin
from django.db.models import Model

from config.desk.audit_list import kinds
from tests.desk.catalogues import Entry, entries, folder, places, wanted

LANGUAGES = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
OURS = ("assets", "sites", "markets", "partner", "otp_totp")
# Columns that no page shows by their name.
UNSHOWN = {"digest", "body", "stale body", "packed body", "packed stale body", "content digest", "inputs", "etag"}
UNSHOWN |= {"stale etag", "key", "step", "t0", "digits", "tolerance", "drift", "last t", "ID", "asked"}
again = "; run `make messages` and translate them"


def translated(language: str) -> dict[tuple[str | None, str], Entry]:
    """The sentences that are translated, in all their forms."""
    return {entry.key: entry for entry in entries(language) if all(entry.forms) and not entry.is_fuzzy}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    assert wanted() - translated(language).keys() == set(), f"these lack in {language}{again}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_left_over(language: str) -> None:
    assert {entry.key for entry in entries(language)} - wanted() == set(), f"nobody says these{again}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_places_of_what_they_translate(language: str) -> None:
    """A plural may leave out the number where it is one; nothing else may differ."""
    differing = {
        (entry.texts["msgid"], form)
        for entry in entries(language)
        for form in entry.forms
        if places(form) not in (places(entry.texts["msgid"]), places(entry.texts.get("msgid_plural", "")))
    }
    assert differing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    with (folder(language) / "django.mo").open("rb") as file:
        compiled = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    compiled.pop("", None)
    written: dict[str | tuple[str, int], str] = {}
    for entry in entries(language):
        context, sentence = entry.key
        name = sentence if context is None else f"{context}\x04{sentence}"
        if "msgid_plural" in entry.texts:
            written |= {(name, number): form for number, form in enumerate(entry.forms)}
        else:
            written[name] = entry.forms[0]
    assert compiled == written, "run `make messages`"


def test_what_records_and_their_fields_are_called_is_in_the_catalogues() -> None:
    """Nobody marks these: Django makes them out of attributes (config/desk/names.py)."""
    shown: list[type[Model]] = [model for model in admin.site._registry if model._meta.app_label in OURS]
    names = {str(model._meta.verbose_name) for model in shown} | {kind.name for kind in kinds()}
    names |= {str(model._meta.verbose_name_plural) for model in shown}
    names |= {str(field.verbose_name) for model in shown for field in model._meta.local_fields}
    known = wanted()
    assert {name for name in names if (None, name) not in known} - UNSHOWN == set()
