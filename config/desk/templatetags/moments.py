"""Instants in templates: `{{ at|moment }}`, `{{ at|moment:"minutes" }}`, `{{ at|moment:"weekday" }}`."""

from django import template

from config.admin.moments import moment

register = template.Library()
register.filter("moment", moment)
