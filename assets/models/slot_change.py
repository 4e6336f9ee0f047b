"""What is kept of every change of limits that operators make, whoever's limits they are."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class SlotChange(models.Model):
    """One change as an operator asked for it, in the form's words (`asked`); a subclass has its `action`."""

    asked = models.JSONField(default=dict)
    slots = models.IntegerField(help_text=_("Slots that were changed."))
    actor = models.CharField(max_length=200)
    request_id = models.CharField(max_length=64, null=True)  # noqa: DJ001  none is not the empty one
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True

    def __str__(self) -> str:
        said = gettext("%(action)s by %(who)s, %(when)s")
        when = f"{self.made_at:%Y-%m-%dT%H:%MZ}"
        action = self.get_action_display()  # type: ignore[attr-defined]  # the field is the subclass's
        return said % {"action": action, "who": self.actor, "when": when}
