"""Operators of the back office for tests; they have no password, which would take its time to hash."""

from collections.abc import Iterable
from importlib import import_module

from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.test import Client


def make_operator(*permissions: str, name: str = "olga") -> User:
    """Somebody who may log in, with these permissions: `make_operator("assets.view_asset")`."""
    operator = User.objects.create_user(name, is_staff=True)
    operator.user_permissions.set(_found(permissions))
    return operator


def make_superuser(name: str = "anna") -> User:
    """Somebody who may do everything."""
    return User.objects.create_superuser(name)


def role_named(name: str) -> Group:
    """The group that the migrations made; made again by them where a test with real transactions emptied all tables."""
    if not Group.objects.exists():
        import_module("config.desk.migrations.0001_roles").make_roles(apps, None)
    return Group.objects.get(name=name)


def desk_of(operator: User, *, csrf: bool = False) -> Client:
    """A browser, so to speak, in which this operator is logged in."""
    client = Client(headers={"X-Request-ID": "request-of-the-test"}, enforce_csrf_checks=csrf)
    client.force_login(operator)
    return client


def _found(names: Iterable[str]) -> list[Permission]:
    pairs = [name.split(".") for name in names]
    return [Permission.objects.get(content_type__app_label=app, codename=codename) for app, codename in pairs]
