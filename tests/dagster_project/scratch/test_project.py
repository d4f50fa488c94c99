"""What dbt rendered of a project is kept for as long as the project stays as it is."""

from types import SimpleNamespace

import pytest

from dagster_project import dbt_runs
from dagster_project.scratch.project import Model, Project


@pytest.fixture
def rendered(monkeypatch):
    """Return the names that dbt was asked to render, each time that it was asked."""
    asked = []

    def compiled(arguments, settings, manifest):
        asked.append(arguments[1:])
        return [SimpleNamespace(unique_id=name, compiled_code=manifest.read_text() + name)
                for name in arguments[1:]]  # fmt: skip

    monkeypatch.setattr(dbt_runs, "compiled", compiled)
    return asked


def model(name):
    return Model(name, name, ("features", name), (), "table", {}, f"{name}.sql")


def test_only_what_is_new_in_a_project_is_rendered(tmp_path, settings, rendered):
    manifest = tmp_path / "manifest.json"
    manifest.write_text("first ")
    project = Project(settings, manifest, {}, {})
    assert project.compiled([model("a")]) == {"a": "first a"}
    assert project.compiled([model("a"), model("b")]) == {"a": "first a", "b": "first b"}
    assert project.compiled([model("b")]) == {"b": "first b"}
    assert rendered == [["a"], ["b"]]

    manifest.write_text("second ")
    assert project.compiled([model("a")]) == {"a": "second a"}
    assert rendered == [["a"], ["b"], ["a"]]
