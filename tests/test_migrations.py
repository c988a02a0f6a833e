"""Every migration of ours goes forward, back, and forward again, on whichever database the suite runs."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

OURS = ["incidents", "rotations", "pipelines"]  # from the top: who depends on others goes first


@pytest.mark.django_db(transaction=True)
def test_every_migration_can_be_taken_back():
    whole = applied()
    try:
        for app in OURS:
            call_command("migrate", app, "zero", verbosity=0)
        assert applied() == set()
        assert [name for name in connection.introspection.table_names() if name.split("_")[0] in OURS] == []
    finally:
        call_command("migrate", verbosity=0)
    assert applied() == whole


def applied() -> set[tuple[str, str]]:
    return {key for key in MigrationRecorder(connection).applied_migrations() if key[0] in OURS}


@pytest.mark.django_db
def test_models_and_migrations_agree(capsys):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    assert capsys.readouterr().out == ""
