"""Who sees the fleet sees in the audit trail what was imported. Rights that operators have changed stay as they are."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

ROLES = ("Viewer", "Operator", "Trader", "Administrator")


def let_see(apps, _schema_editor):
    create_permissions(installed.get_app_config("desk"), apps=apps, verbosity=0)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    seen = Permission.objects.get(content_type__app_label="desk", codename="view_import")
    for group in Group.objects.filter(name__in=ROLES):
        group.permissions.add(seen)


class Migration(migrations.Migration):
    dependencies = [("desk", "0003_imports")]

    operations = [migrations.RunPython(let_see, migrations.RunPython.noop)]
