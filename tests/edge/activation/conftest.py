import shutil

import pytest

from tests.dagster_project.publish import shop
from tests.edge.activation.sending import Home


@pytest.fixture(scope="session")
def first_build(tmp_path_factory):
    """Return a home with a published build that was never synced, for copying."""
    home = Home(tmp_path_factory.mktemp("first") / "home")
    shop.make(home.path)
    home.build()
    return home


@pytest.fixture
def home(first_build, tmp_path):
    """Return a home with a published build that was never synced."""
    shutil.copytree(first_build.path, tmp_path / "home")
    return Home(tmp_path / "home", builds=first_build.builds)
