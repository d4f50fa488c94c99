import pytest

from tests.dagster_project.publish import shop


@pytest.fixture
def home(tmp_path):
    """Return a home with a small warehouse."""
    shop.make(tmp_path / "home")
    return tmp_path / "home"
