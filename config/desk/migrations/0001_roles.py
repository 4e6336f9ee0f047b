"""The roles as groups. Permissions are made by Django only after the last migration, so they are made here first."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from config.desk.roles import ROLES, permissions_of

APPS = ("assets", "sites", "markets", "partner", "auth", "axes", "otp_totp", "django_celery_beat")


def make_roles(apps, _schema_editor):
    for name in APPS:
        create_permissions(installed.get_app_config(name), apps=apps, verbosity=0)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    found = {
        (one.content_type.app_label, one.codename): one for one in Permission.objects.select_related("content_type")
    }
    for role in ROLES:
        group, _ = Group.objects.get_or_create(name=role)
        # those of later models come with their migrations
        group.permissions.set([found[wanted] for wanted in permissions_of(role) if wanted in found])


def forget_roles(apps, _schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0006_stored_events"),
        ("sites", "0004_limits"),
        ("markets", "0003_limit_changes"),
        ("partner", "0006_custom_kinds"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("axes", "__first__"),
        ("otp_totp", "__first__"),
        ("django_celery_beat", "__first__"),
    ]

    operations = [migrations.RunPython(make_roles, forget_roles)]
