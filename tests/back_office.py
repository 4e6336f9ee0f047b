"""How tests find their way about the back office."""

from typing import Any

from django.contrib.admin.utils import quote
from django.db.models import Model
from django.test import Client

FORM_IS_SHOWN_AGAIN = 200
SAVED = 302


def page_of(record: Model, page: str = "change") -> str:
    """The address of a record's page, or of one of its buttons."""
    return f"/admin/{record._meta.app_label}/{record._meta.model_name}/{quote(record.pk)}/{page}/"


def text_of(answer: Any) -> str:
    """What a page says."""
    text: str = answer.content.decode()
    return text


def said(client: Client, answer: Any) -> list[str]:
    """The messages above the page that an answer leads to."""
    followed = client.get(answer["Location"])
    return [str(message) for message in followed.context["messages"]]


def faults_of(answer: Any) -> list[str]:
    """What a form that is shown again says is wrong."""
    assert answer.status_code == FORM_IS_SHOWN_AGAIN
    return [sentence for found in answer.context["errors"].data for sentence in found]
