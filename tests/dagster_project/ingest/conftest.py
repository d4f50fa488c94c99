"""An empty home for each test of ingestion."""

import pytest

from tests.dagster_project.ingest.homes import Home


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path)
    yield made
    made.connection.close()
