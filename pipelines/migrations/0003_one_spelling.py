"""One account for one username and one e-mail, whatever the case; addresses are kept in lower case."""

from django.db import migrations, models
from django.db.models.functions import Lower


def lower_addresses(apps, schema_editor):
    apps.get_model("pipelines", "Engineer").objects.update(email=Lower("email"))


class Migration(migrations.Migration):
    dependencies = [
        ("pipelines", "0002_groups"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="engineer",
            name="engineer_email_once",
        ),
        migrations.RunPython(lower_addresses, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="engineer",
            constraint=models.UniqueConstraint(
                Lower("username"),
                name="engineer_username_once",
                violation_error_message="Somebody has this username already; upper and lower case are the same.",
            ),
        ),
        migrations.AddConstraint(
            model_name="engineer",
            constraint=models.UniqueConstraint(
                Lower("email"),
                condition=models.Q(("email", ""), _negated=True),
                name="engineer_email_once",
                violation_error_message="This e-mail belongs to somebody else already.",
            ),
        ),
    ]
