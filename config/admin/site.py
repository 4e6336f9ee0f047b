"""The back office as a whole: what holds for each of its pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import BadRequest
from django.core.paginator import InvalidPage
from django.db import DataError, IntegrityError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from config.admin import one_time_codes
from config.admin.login import LoginForm

View = Callable[..., HttpResponse]


class BackOffice(UnfoldAdminSite):
    """Unfold's admin, without the bulk deletion that goes past the operations, and safe from what cannot be stored."""

    index_title = _("Home")
    login_form = LoginForm
    login_template = "admin/login.html"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # noqa: FBT001, FBT002  Django's signature
        """A page for operators, which refuses text that no database column can hold with 400."""
        page: View = super().admin_view(storable_only(view), cacheable)
        return page

    def get_urls(self) -> list[URLPattern]:
        """Django's, and the operators' own one-time codes."""
        codes = path("one-time-codes/", self.admin_view(self.one_time_codes), name="one_time_codes")
        return [codes, *super().get_urls()]

    def one_time_codes(self, request: HttpRequest) -> HttpResponse:
        """An operator's own second factor."""
        return one_time_codes.answer(request, page=self.each_context(request))

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The search over all pages; a page number that is none is 400."""
        if not request.GET.get("page", "1").isdecimal():
            raise BadRequest("This page does not exist.")
        try:
            found: HttpResponse = super().search(request, extra_context)
        except InvalidPage as error:
            raise BadRequest("This page does not exist.") from error
        return found


def storable_only(view: View) -> View:
    """The view, for requests whose text PostgreSQL can compare with what it stores: 400 for NUL and odd filters."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if any("\0" in text for text in _texts(request)):
            raise BadRequest("Text cannot hold NUL.")
        try:
            return view(request, *args, **kwargs)
        except (DataError, IntegrityError) as error:
            raise BadRequest("The database cannot take this.") from error

    return guarded


def _texts(request: HttpRequest) -> list[str]:
    given = [request.GET, request.POST] if request.method == "POST" else [request.GET]
    return [request.path, *(text for values in given for pair in values.lists() for text in (pair[0], *pair[1]))]
