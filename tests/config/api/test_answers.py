"""204, or 200 for those who prefer a representation (RFC 7240) [C11]."""

import pytest

from assets.models import Asset
from tests.clients import Api, read
from tests.factories.assets import make_asset

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset() -> Asset:
    return make_asset()


@pytest.mark.parametrize(
    "prefer",
    [
        "return=representation",
        "Return=Representation",
        'return="representation"',
        "return = representation",
        "respond-async, return=representation",
        "return=representation; strange=1",
        "wait=10,return=representation,handling=strict",
        'strange="a, return=minimal", return=representation',
    ],
)
def test_who_prefers_a_representation_gets_200_with_the_record(asset: Asset, prefer: str) -> None:
    answer = Api.with_key().patch(f"/assets/{asset.pk}", {"name": "Block A"}, Prefer=prefer)
    assert read(answer)["name"] == "Block A"
    assert answer["Preference-Applied"] == "return=representation"


@pytest.mark.parametrize(
    "prefer",
    [
        "",
        "return=minimal",
        "return",
        "return=",
        "return=representations",
        "xreturn=representation",
        "return=minimal, return=representation",
        'strange="return=representation"',
        'strange="a, return=representation"',
        "strange=1; return=representation",
        '"',
        "," * 1000,
    ],
)
def test_all_others_get_204_with_no_body_and_no_media_type(asset: Asset, prefer: str) -> None:
    answer = Api.with_key().patch(f"/assets/{asset.pk}", {"name": "Block A"}, Prefer=prefer)
    assert answer.status_code == 204
    assert answer.content == b""
    assert "Content-Type" not in answer
    assert "Preference-Applied" not in answer


def test_an_action_answers_the_record_as_it_is_then(asset: Asset) -> None:
    answer = Api.with_key().post(f"/assets/{asset.pk}/actions/commission", Prefer="return=representation")
    assert read(answer)["lifecycle"] == "COMMISSIONING"
    assert answer["Preference-Applied"] == "return=representation"


def test_a_refusal_is_the_same_whatever_is_preferred(asset: Asset) -> None:
    answer = Api.with_key().post(f"/assets/{asset.pk}/actions/resume", Prefer="return=representation")
    assert answer.status_code == 409
    assert "Preference-Applied" not in answer
