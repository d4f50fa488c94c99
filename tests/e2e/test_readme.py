"""The queries of the README, as a reader's shell runs them."""

import re
import subprocess

import pytest

from dagster_project.settings import PROJECT
from tests.e2e.servers import environment_of

README = (PROJECT / "README.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"^tessera (?:sql .+|status)$", README, re.MULTILINE)


@pytest.mark.slow
def test_each_query_of_the_readme_is_answered(refreshed):
    assert len(QUERIES) > 10
    for query in QUERIES:
        done = subprocess.run(
            ["bash", "-c", query],
            env=environment_of(refreshed),
            cwd=PROJECT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{query}\n{done.stderr}"
        assert done.stdout.strip(), query
