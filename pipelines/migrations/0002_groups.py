"""The two groups that rights are given to; what each may do is in oncall_portal/groups.py."""

from django.db import migrations

GROUPS = ["Managers", "Administrators"]


def make_groups(apps, schema_editor):
    for name in GROUPS:
        apps.get_model("auth", "Group").objects.get_or_create(name=name)


def remove_groups(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = [("pipelines", "0001_initial")]

    operations = [migrations.RunPython(make_groups, remove_groups)]
