"""The manifest follows every change of the project's files, whatever their times say."""

import os
import shutil

import pytest

from dagster_project import dbt_project
from dagster_project.settings import Settings

MODEL = "select 1 as number\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    folder = tmp_path / "dbt"
    (folder / "models").mkdir(parents=True)
    (folder / "models" / "one.sql").write_text(MODEL)
    monkeypatch.setattr(dbt_project, "PROJECT_DIR", folder)
    return folder


@pytest.fixture
def parses(monkeypatch):
    done = []

    def parse(settings, parsed):
        done.append(sorted(path.name for path in dbt_project.PROJECT_DIR.rglob("*.sql")))
        (parsed / "manifest.json").write_text("{}")

    monkeypatch.setattr(dbt_project, "_parse", parse)
    return done


def test_a_project_that_stayed_as_it_is_is_parsed_once(tmp_path, project, parses):
    settings = Settings(home=tmp_path / "home")

    assert dbt_project.manifest(settings) == dbt_project.manifest(settings)
    assert parses == [["one.sql"]]


def test_a_model_that_came_with_an_old_time_or_went_is_noticed(tmp_path, project, parses):
    settings = Settings(home=tmp_path / "home")
    dbt_project.manifest(settings)

    old = shutil.copyfile(project / "models" / "one.sql", project / "models" / "two.sql")
    os.utime(old, (0, 0))
    dbt_project.manifest(settings)
    (project / "models" / "one.sql").unlink()
    dbt_project.manifest(settings)

    assert parses == [["one.sql"], ["one.sql", "two.sql"], ["two.sql"]]


def test_a_parse_that_fails_is_tried_again(tmp_path, project, parses, monkeypatch):
    settings = Settings(home=tmp_path / "home")
    dbt_project.manifest(settings)
    (project / "models" / "two.sql").write_text(MODEL)
    with monkeypatch.context() as broken:
        broken.setattr(dbt_project, "_parse", _fail)
        with pytest.raises(RuntimeError):
            dbt_project.manifest(settings)

    dbt_project.manifest(settings)

    assert parses == [["one.sql"], ["one.sql", "two.sql"]]


def _fail(settings, parsed):
    raise RuntimeError("dbt could not parse")
