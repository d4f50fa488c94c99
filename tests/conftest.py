"""What all tests share: homes of their own, and where the real data is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from dagster_project import settings as environment

PROJECT = Path(__file__).resolve().parents[1]
REAL_DATA = environment.real_data()

TABLES = pytest.StashKey[dict[str, str]]()  # what tests found out, by title

environment.quieten()


def pytest_configure(config: pytest.Config) -> None:
    """Begin without tables."""
    config.stash[TABLES] = {}


class ByHome(LoadScopeScheduling):
    """Two processes run the tests; what shares a home or servers stays in one of them."""

    def _split_scope(self, nodeid: str) -> str:
        path = PROJECT / nodeid.split("::")[0]
        folder = path.relative_to(PROJECT / "tests").parts[0]
        shares = folder != "e2e" or "refreshed" in path.read_text("utf-8")
        return folder if shares else path.name


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Part the tests by the homes they share."""
    return ByHome(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the tables of a worker to the process that shows them."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["tables"] = session.config.stash[TABLES]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take over the tables of a worker that has ended."""
    node.config.stash[TABLES].update(getattr(node, "workeroutput", {}).get("tables", {}))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Show what tests found out, also where they pass and output is quiet."""
    for title, text in config.stash[TABLES].items():
        terminalreporter.section(title)
        terminalreporter.write_line(text)


@pytest.fixture(scope="session")
def tables_shown(pytestconfig: pytest.Config) -> dict[str, str]:
    """Return the tables to show at the end of the run, by title."""
    return pytestconfig.stash[TABLES]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real data sets, or skip where it is absent."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"no real data at {REAL_DATA}: set TESSERA_REAL_DATA")
    return REAL_DATA


@pytest.fixture
def settings(tmp_path: Path) -> environment.Settings:
    """Return the settings of an empty home."""
    return settings_of(tmp_path / "home")


def settings_of(home: Path, **variables: str) -> environment.Settings:
    """Return the settings of a home, with nothing from the developer's environment."""
    given: Mapping[str, str] = {"TESSERA_HOME": str(home), "TESSERA_SALT": "salt of the tests"}
    return environment.load({**given, **variables})
