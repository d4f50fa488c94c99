"""Starting the web UI for a test, and speaking GraphQL to it."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster_project import settings

TESSERA = str(Path(sys.executable).parent / "tessera")
START_SECONDS = 180
RUN_SECONDS = 300


def environment_of(home: Path) -> dict[str, str]:
    """Return what a user's shell would hold who works in this home."""
    given = {"TESSERA_HOME": str(home), "TESSERA_SALT": "salt of the tests"}
    return {**settings.load(given).subprocess_environment(), **given}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tessera(home: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user would, in a home of its own."""
    result = subprocess.run(
        [TESSERA, *arguments],
        env=environment_of(home),
        capture_output=True,
        text=True,
    )
    if check:
        assert result.returncode == 0, result.stdout + result.stderr
    return result


def table(home: Path, query: str) -> list[dict[str, object]]:
    """Query the newest published tables through the command line."""
    return json.loads(tessera(home, "sql", query, "--format", "json").stdout)


@contextmanager
def web_ui(home: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Serve a home's web UI; yields its address and the process that serves it."""
    port, mlflow_port = free_port(), free_port()
    process = subprocess.Popen(
        [TESSERA, "ui", "--port", str(port), "--mlflow-port", str(mlflow_port)],
        env=environment_of(home),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        lines = []
        for line in process.stderr:
            lines.append(line)
            if line.startswith("Ctrl-C"):
                break
        else:
            raise AssertionError("".join(lines))
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: graphql(url, "{ version }"), START_SECONDS, "the web UI to answer")
        yield url, process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def graphql(url: str, query: str, variables: dict[str, object] | None = None) -> dict:
    request = urllib.request.Request(
        f"{url}/graphql",
        data=json.dumps({"query": query, "variables": variables or {}}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        answer = json.load(response)
    assert "errors" not in answer, answer
    return answer["data"]


def wait_until(ask, seconds: float, what: str):
    """Ask again until the answer is true; an error counts as not yet."""
    deadline = time.monotonic() + seconds
    while True:
        problem = None
        try:
            if answer := ask():
                return answer
        except (OSError, AssertionError) as error:
            problem = error
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}: {problem}")
        time.sleep(0.3)
