"""Lists that stay fast, and that are filtered only by what they show."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from django.contrib.admin import ShowFacets
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import DateTimeField, DecimalField, JSONField, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from config.admin.bulk import BulkAction, answer_bulk
from config.admin.forms import PlainDecimalField, StorableJSONField
from config.admin.moment_fields import MomentField, MomentWidget
from config.admin.moments import shown_as_moments


class DeskList(ChangeList):
    """A list that counts once: what it shows is all there is, unless it is filtered or searched."""

    def get_results(self, request: HttpRequest) -> None:
        """The page's rows; the full count is known without another query where nothing narrows the list."""
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class DeskAdmin(ModelAdmin):
    """A model in the back office: what holds for every list and form."""

    formfield_overrides = {
        DateTimeField: {"form_class": MomentField, "widget": MomentWidget},
        DecimalField: {"form_class": PlainDecimalField},
        JSONField: {"form_class": StorableJSONField},
    }
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 500
    list_filter_submit = True
    list_fullwidth = True
    warn_unsaved_form = True
    bulk_actions: ClassVar[Sequence[BulkAction]] = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[DeskList]:  # noqa: ARG002
        """The list."""
        return DeskList

    def get_list_display(self, request: HttpRequest) -> Any:
        """The columns; instants by the local clock."""
        return shown_as_moments(self.model, super().get_list_display(request), empty=self.get_empty_value_display())

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The page of a record; instants that are not edited by the local clock, as in the list."""
        form = context["adminform"]
        empty, fixed = self.get_empty_value_display(), set(form.readonly_fields)
        inputs = {name: field for name, field in form.form.fields.items() if name not in fixed}
        form.readonly_fields = shown_as_moments(self.model, form.readonly_fields, empty=empty)
        form.fieldsets = [
            (title, {**options, "fields": shown_as_moments(self.model, options["fields"], empty=empty, but=inputs)})
            for title, options in form.fieldsets
        ]
        page: HttpResponse = super().render_change_form(request, context, **kwargs)
        return page

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What a link fills into a new record's form; what a field cannot hold is left out."""
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        fields = {field.name: field for field in self.opts.fields}
        filled_in = {}
        for name, value in given.items():
            with suppress(ValidationError, ValueError, TypeError):  # the latter of lists, which are read as JSON
                filled_in[name] = fields[name].to_python(value) if name in fields else value
        return filled_in

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:  # noqa: ARG002
        """Only the filters that the list shows: no guessing at digests, no patterns that are slow to match."""
        shown = [entry[0] if isinstance(entry, tuple) else entry for entry in self.get_list_filter(request)]
        parameters = [getattr(entry, "parameter_name", entry) for entry in shown]
        return any(lookup == name or lookup.startswith(f"{name}__") for name in parameters)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A choice that nobody has made yet is empty: what stands first is nobody's default."""
        if "choices" not in kwargs and not db_field.has_default():
            kwargs["choices"] = db_field.get_choices(blank_choice=[("", _("Select value"))])
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_actions(self, request: HttpRequest) -> dict[str, tuple[Callable[..., Any], str, str]]:
        """The bulk actions that the operator may take."""
        return {
            action.name: (_runner(action), action.name, str(action.label))
            for action in self.bulk_actions
            if self.may(request, action.permission)
        }

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Act on the chosen records; 400 for a key that no record can have."""
        try:
            for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(key)
        except ValidationError as error:
            raise BadRequest("This cannot be the key of a record.") from error
        return super().response_action(request, queryset)

    def may(self, request: HttpRequest, permission: str) -> bool:
        """Whether the operator has the permission on this kind of record; what is open on one record is no matter.

        A permission with a point in it is one on another kind of record, by its whole name.
        """
        name = permission if "." in permission else f"{self.opts.app_label}.{permission}_{self.opts.model_name}"
        return bool(request.user.has_perm(name))


def actor_of(request: HttpRequest) -> str:
    """The audit trail's word for the operator, as the API says it of a session."""
    return f"user:{request.user.get_username()}"


def _runner(action: BulkAction) -> Callable[..., HttpResponse | None]:
    def run(model_admin: DeskAdmin, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return answer_bulk(model_admin, request, queryset, action=action, by=actor_of(request))

    return run
