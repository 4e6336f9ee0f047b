"""How declarations become the OpenAPI document [C16]; what must hold for all of it is in tests/contract."""

import pytest
from drf_spectacular.plumbing import ComponentRegistry
from pydantic import BaseModel

from config.api.schema import EndpointSchema
from config.desk.documents import document


class Battery(BaseModel):
    """A body."""

    name: str


class Other(BaseModel):
    """Another body."""

    power: int


def test_two_different_bodies_of_one_name_are_a_mistake_that_is_seen() -> None:
    """The second would silently be documented as the first."""
    schema = EndpointSchema()
    schema.registry = ComponentRegistry()
    schema._component("Battery", Battery.model_json_schema())
    schema._component("Battery", Battery.model_json_schema())
    with pytest.raises(LookupError, match="Battery"):
        schema._component("Battery", Other.model_json_schema())


def test_a_patch_does_not_claim_that_what_is_left_out_is_null() -> None:
    properties = document()["components"]["schemas"]["PatchAsset"]["properties"]
    assert all("default" not in schema for schema in properties.values())
    assert {"type": "null"} in properties["go_live_date"]["anyOf"]
    assert "anyOf" not in properties["name"]


def test_filters_are_arrays_and_pages_are_bounded() -> None:
    parameters = {one["name"]: one for one in document()["paths"]["/api/v1/assets"]["get"]["parameters"]}
    assert parameters["type"]["schema"]["type"] == "array"
    assert parameters["type"]["explode"] is True
    assert (parameters["limit"]["schema"]["minimum"], parameters["limit"]["schema"]["maximum"]) == (1, 1000)
    assert parameters["limit"]["schema"]["default"] == 50
    assert not any(one["required"] for one in parameters.values())


def test_an_action_documents_its_two_answers_and_how_to_choose() -> None:
    """[C11]"""
    operation = document()["paths"]["/api/v1/assets/{asset_id}/actions/go-live"]["post"]
    assert "Prefer" in {one["name"] for one in operation["parameters"]}
    assert "content" not in operation["responses"]["204"]
    assert operation["responses"]["200"]["headers"]["Preference-Applied"]


def test_a_creation_documents_where_the_new_record_is() -> None:
    assert "Location" in document()["paths"]["/api/v1/assets"]["post"]["responses"]["201"]["headers"]
