"""A home with nine days of history published, whose tenth day lands file by file."""

import pytest

from tests.dagster_project.triggers.trigger_home import TriggerHome, build
from tests.warehouse.conftest import manifest

__all__ = ["manifest"]


@pytest.fixture(scope="session")
def published_home(tmp_path_factory, manifest):
    return build(tmp_path_factory.mktemp("triggers") / "home", manifest)


@pytest.fixture
def home(published_home, tmp_path) -> TriggerHome:
    return published_home.copied(tmp_path / "home")
