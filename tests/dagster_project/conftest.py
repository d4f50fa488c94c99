"""What tests of models share: a registry of their own, from a store whose schema is made once."""

import shutil

import pytest

from dagster_project import settings as environment
from dagster_project.models.registry import Registry


@pytest.fixture(scope="session")
def prepared_store(tmp_path_factory):
    """Return an MLflow database with its schema, which takes seconds to make."""
    folder = tmp_path_factory.mktemp("mlflow")
    store = folder / "mlflow.db"
    Registry(f"sqlite:///{store}", (folder / "artifacts").as_uri()).prepare()
    return store


@pytest.fixture
def registry(prepared_store, tmp_path):
    """Return an empty registry; artifacts of all go to the folder of the store."""
    shutil.copyfile(prepared_store, tmp_path / "mlflow.db")
    return Registry(f"sqlite:///{tmp_path / 'mlflow.db'}", (tmp_path / "artifacts").as_uri())


@pytest.fixture
def home_of_models(prepared_store, tmp_path, monkeypatch):
    """Return the settings of a home with an empty registry, the one that commands find too."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copyfile(prepared_store, home / "mlflow.db")
    monkeypatch.setenv("TESSERA_HOME", str(home))
    return environment.load()
