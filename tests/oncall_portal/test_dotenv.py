import re
import stat

import pytest
from django.core.management import CommandError, call_command

NAMES = ["SECRET_KEY", "SEED_ENGINEER_PASSWORD", "SEED_MANAGER_PASSWORD"]


@pytest.fixture
def file(tmp_path):
    return tmp_path / ".env"


def values(file) -> dict[str, str]:
    return dict(re.findall(r"^(\w+)=(.*)$", file.read_text(), re.MULTILINE))


def test_a_first_run_makes_every_secret_in_a_private_file(file, capsys):
    call_command("dotenv", file=file)
    assert list(values(file)) == NAMES
    assert len(values(file)["SECRET_KEY"]) >= 50
    assert re.fullmatch(r"([bdfgklmnprstvz][aeiou]){2}(-([bdfgklmnprstvz][aeiou]){2}){3}", values(file)[NAMES[1]])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert capsys.readouterr().out == ".env: made SECRET_KEY, SEED_ENGINEER_PASSWORD, SEED_MANAGER_PASSWORD\n"


def test_databases_and_mails_beside_it_are_for_nobody_else_either(file, settings, tmp_path):
    settings.VAR = tmp_path / "var"
    settings.VAR.mkdir(mode=0o755)
    call_command("dotenv", file=file)
    assert stat.S_IMODE(settings.VAR.stat().st_mode) == 0o700


def test_a_second_run_changes_nothing_and_says_nothing(file, capsys):
    call_command("dotenv", file=file)
    first = file.read_text()
    capsys.readouterr()
    call_command("dotenv", file=file)
    assert (file.read_text(), capsys.readouterr().out) == (first, "")


def test_values_that_are_there_stay_and_missing_ones_are_added(file):
    file.write_text("# mine\nPORT=8001\nSECRET_KEY=my-own")
    call_command("dotenv", file=file)
    assert file.read_text().startswith("# mine\nPORT=8001\nSECRET_KEY=my-own\nSEED_ENGINEER_PASSWORD=")


def test_a_line_left_empty_is_filled_where_it_stands(file):
    file.write_text("SECRET_KEY=\nPORT=8001\n")
    call_command("dotenv", file=file)
    assert list(values(file)) == ["SECRET_KEY", "PORT", *NAMES[1:]]
    assert len(values(file)["SECRET_KEY"]) >= 50


def test_a_file_that_others_may_read_is_closed_to_them(file):
    call_command("dotenv", file=file)
    file.chmod(0o644)
    call_command("dotenv", file=file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_installations_share_no_secret(tmp_path):
    call_command("dotenv", file=tmp_path / "a")
    call_command("dotenv", file=tmp_path / "b")
    assert set(values(tmp_path / "a").values()) & set(values(tmp_path / "b").values()) == set()


def test_a_file_that_cannot_be_written_is_one_line_and_exit_status_2(tmp_path):
    with pytest.raises(CommandError, match=r"can't be written: .*No such file or directory") as refused:
        call_command("dotenv", file=tmp_path / "nowhere" / ".env")
    assert refused.value.returncode == 2
