"""Starting and ending the web UI and MLflow together."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import types
from collections.abc import Callable, Mapping
from pathlib import Path

from dagster_project import dbt_project, homes
from dagster_project.settings import PROJECT, Settings, apply

START_SECONDS = 600.0  # a busy machine takes minutes, an idle one 20 seconds
END_SECONDS = 20.0


def serve(
    settings: Settings,
    *,
    port: int,
    mlflow_port: int,
    tell: Callable[[str], None],
    up: Callable[[Mapping[str, str]], None],
) -> None:
    """Serve both until Ctrl-C or SIGTERM, then end both; ``up`` hears where, once they answer.

    Raises RuntimeError when a port is taken or a server ends by itself.
    """
    apply(settings)
    for taken in (port, mlflow_port):
        _require_free(taken)
    homes.prepare(settings)
    dbt_project.manifest(settings)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)  # a background shell may have left it ignored
    tell(f"starting; logs are in {settings.home / 'logs'}")
    servers = [
        _start(settings, "Dagster", _dagster(port)),
        _start(settings, "MLflow", _mlflow(settings, mlflow_port)),
    ]
    try:
        _wait_until_up(servers, (port, mlflow_port))
        up({"Dagster": f"http://127.0.0.1:{port}", "MLflow": f"http://127.0.0.1:{mlflow_port}"})
        tell("Ctrl-C ends both.")
        while True:
            _require_running(servers)
            time.sleep(0.5)
    except KeyboardInterrupt:
        tell("ending")
    finally:
        _end(servers)


Server = tuple[str, "subprocess.Popen[bytes]", Path]


def _dagster(port: int) -> list[str]:
    return [
        *(_beside_python("dagster"), "dev", "--workspace", str(PROJECT / "workspace.yaml")),
        *("--host", "127.0.0.1", "--port", str(port)),
    ]


def _mlflow(settings: Settings, port: int) -> list[str]:
    return [
        *(_beside_python("mlflow"), "server", "--host", "127.0.0.1", "--port", str(port)),
        *("--backend-store-uri", settings.tracking_uri),
        *("--artifacts-destination", settings.artifacts.as_uri(), "--workers", "1"),
    ]


def _beside_python(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def _start(settings: Settings, name: str, command: list[str]) -> Server:
    log = settings.home / "logs" / f"{name.lower()}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=settings.subprocess_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us alone; we end each whole group
        )
    return name, process, log


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise RuntimeError(f"port {port} is taken: end what listens there or name another port")


def _wait_until_up(servers: list[Server], ports: tuple[int, ...]) -> None:
    deadline = time.monotonic() + START_SECONDS
    for (name, _, log), port in zip(servers, ports, strict=True):
        while True:
            _require_running(servers)
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if time.monotonic() > deadline:
                raise RuntimeError(
                    f"{name} did not start within {START_SECONDS:.0f} seconds; its log is {log}"
                )
            time.sleep(0.25)


def _require_running(servers: list[Server]) -> None:
    for name, process, log in servers:
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended with status {process.returncode}; its log is {log}")


def _end(servers: list[Server]) -> None:
    for _, process, _ in servers:
        _signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + END_SECONDS
    for _, process, _ in servers:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        _signal_group(process, signal.SIGKILL)  # whatever is left of the group
        process.wait()


def _signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        # start_new_session made the process the leader of a group of its own
        os.killpg(process.pid, number)


def _interrupt(number: int, frame: types.FrameType | None) -> None:
    raise KeyboardInterrupt
