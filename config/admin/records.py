"""Records in the back office: forms and buttons that each call one operation."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from config.admin.forms import RecordForm
from config.admin.lists import DeskAdmin, actor_of
from config.errors import DomainError

FILTERS = "_changelist_filters"


class RecordAdmin(DeskAdmin):
    """A record that operations create, change and delete; what they refuse is said where it was asked for.

    A subclass says which operations: `create_record`, `update_record` and `delete_record`.
    """

    form = RecordForm
    change_form_before_template = "admin/record/seen.html"
    list_before_template = "admin/record/files.html"
    delete_confirmation_template = "admin/record/delete.html"
    deletion_meaning: ClassVar[str | Promise] = ""

    def create_record(self, form: RecordForm, *, by: str, now: datetime) -> Model:
        """Create what the form says and answer it."""
        raise NotImplementedError

    def update_record(self, record: Any, form: RecordForm, *, by: str, now: datetime) -> object:
        """Change what was edited in the form."""
        raise NotImplementedError

    def delete_record(self, record: Any, *, by: str, now: datetime) -> object:
        """Delete the record."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Model, form: RecordForm, change: bool) -> None:  # noqa: FBT001
        """Call the operation; its refusal comes back in the form."""
        by, now = actor_of(request), timezone.now()
        if change:
            self.update_record(obj, form, by=by, now=now)
        else:
            obj.pk = self.create_record(form, by=by, now=now).pk
        obj.refresh_from_db()

    def save_related(self, request: HttpRequest, form: RecordForm, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """Save the inlines; what a form lists of other records, its operation has stored."""
        for formset in formsets:
            self.save_formset(request, form, formset, change=change)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Call the operation; its refusal is shown as a message."""
        self.delete_record(obj, by=actor_of(request), now=timezone.now())

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """The form, knowing what the operation refused when it was just tried."""
        form = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page of a record; where the operation refuses, nothing is written and the form says why."""
        try:
            page: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except DomainError as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
            page = super().changeform_view(request, *args, **kwargs)
        return page

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask, then delete; a refusal leads back to the record."""
        said = {"deletion_meaning": self.deletion_meaning, **(extra_context or {})}
        try:
            page: HttpResponse = super().delete_view(request, object_id, said)
        except DomainError as refusal:
            self.message_user(request, refusal.sentence, messages.ERROR)
            page = HttpResponseRedirect(self.page_of(request, unquote(object_id)))
        return page

    def get_deleted_objects(
        self,
        objs: Any,
        request: HttpRequest,  # noqa: ARG002
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """The records themselves: what goes with them, the operation decides."""
        return [str(record) for record in objs], {}, set(), []

    def answer_button(
        self, request: HttpRequest, object_id: str, *, act: Callable[..., str], permission: str | None = "change"
    ) -> HttpResponse:
        """A button's POST: act, say how it went, and show the record's page again. GET is 405.

        `act` takes the record, `by` and `now`, and answers a sentence that says what was done. A `permission` of None:
        the caller has asked already.
        """
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if permission and not self.may(request, permission):
            raise PermissionDenied
        record = self.get_object(request, unquote(object_id))
        if record is None:
            gone: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            return gone
        try:
            said = act(record, by=actor_of(request), now=timezone.now())
        except DomainError as refusal:
            self.message_user(request, refusal.sentence, messages.ERROR)
        else:
            self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(self.page_of(request, record.pk))

    def page_of(self, request: HttpRequest, key: str) -> str:
        """The address of a record's page, which still knows the list that the operator came from."""
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change"
        kept = request.GET.get(FILTERS)
        return reverse(name, args=[quote(key)]) + (f"?{urlencode({FILTERS: kept})}" if kept else "")
