import pytest

from dagster_project import keys, settings
from tests.conftest import PROJECT, settings_of


def test_an_empty_environment_gives_a_home_in_the_checkout():
    assert settings.load({}).home == PROJECT / ".tessera"


def test_a_number_that_is_none_is_refused_by_name():
    with pytest.raises(
        ValueError, match="TESSERA_SEED must be a whole number of at least 1, got 'x'"
    ):
        settings.load({"TESSERA_SEED": "x"})


def test_secrets_are_not_in_the_printed_settings():
    printed = repr(settings.load({"TESSERA_SALT": "planted", "TESSERA_CONTACT_KEY": "planted"}))
    assert "planted" not in printed


def test_each_variable_read_is_in_the_example_and_the_other_way_round():
    source = (PROJECT / "dagster_project" / "settings.py").read_text()
    example = (PROJECT / ".env.example").read_text().splitlines()
    documented = {line.split("=")[0] for line in example if line and not line.startswith("#")}
    read = {name for name in (*documented, "MLFLOW_TRACKING_URI") if f'"{name}"' in source}
    import re

    all_read = set(re.findall(r'env(?:\.get\(|, )"([A-Z_]+)"', source))
    assert documented == read == all_read - {"PATH"}


def test_a_key_is_made_once_kept_private_and_reused(tmp_path):
    home = settings_of(tmp_path, TESSERA_SALT="")
    first = keys.load(home)

    assert keys.load(home) == first
    assert first.salt != first.contact
    assert (home.keys / "salt").stat().st_mode & 0o777 == 0o600


def test_a_given_key_is_not_written_down(tmp_path):
    home = settings_of(tmp_path, TESSERA_SALT="given", TESSERA_CONTACT_KEY="too")
    assert keys.load(home).salt == b"given"
    assert not home.keys.exists()
