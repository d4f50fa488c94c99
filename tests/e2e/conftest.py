"""One simulated shop taken through the whole lineage, once for all end-to-end tests."""

from pathlib import Path

import pytest

from tests.e2e import planted
from tests.e2e.servers import tessera


@pytest.fixture(scope="session")
def shop(tmp_path_factory) -> Path:
    """Return the folder of a small simulated shop, with its truth."""
    out = tmp_path_factory.mktemp("shop") / "shop"
    # a quarter: long enough that customers lapse
    size = ("--customers", "400", "--days", "90", "--seed", "5")
    tessera(out.parent / "unused", "simulate", *size, "--out", str(out))
    return out


@pytest.fixture(scope="session")
def planted_events(tmp_path_factory) -> Path:
    """Return a file of events of planted people."""
    return planted.write(tmp_path_factory.mktemp("planted") / "planted")


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory, shop, planted_events) -> Path:
    """Return a home in which ``refresh_everything`` ran on the shop and on planted people."""
    home = tmp_path_factory.mktemp("refreshed") / "home"
    tessera(home, "load", str(shop), "--source", "shop")
    tessera(home, "load", str(shop), "--source", "customers")
    tessera(home, "load", str(planted_events), "--source", "planted")
    tessera(home, "run", "refresh_everything")
    return home
