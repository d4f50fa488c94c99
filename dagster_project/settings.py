"""What the environment decides and where state lives: the only reader of ``os.environ``."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]

# No part of the stack may report home, and the UI opens without a modal over it.
QUIET = {
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "OPENBLAS_NUM_THREADS": "1",  # ALS brings its own threads; BLAS threads slow it down
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Where state lives and what the environment decides; see ``.env.example``."""

    home: Path
    salt: str | None = field(default=None, repr=False)
    contact_key: str | None = field(default=None, repr=False)
    as_of: str | None = None
    seed: int = 7
    memory_limit: str = "2GB"
    threads: int = 2
    mlflow_tracking_uri: str | None = None
    alert_webhook: str | None = field(default=None, repr=False)
    publish_contacts: bool = False
    config: Path = PROJECT / "config"

    @property
    def landing(self) -> Path:
        """Immutable input files, numbered by arrival."""
        return self.home / "landing"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that one process at a time may open."""
        return self.home / "warehouse.duckdb"

    @property
    def lock(self) -> Path:
        """The file whose flock guards the warehouse."""
        return self.home / "warehouse.lock"

    @property
    def published(self) -> Path:
        """Read-only generations for people, dashboards and syncs."""
        return self.home / "published"

    @property
    def activation(self) -> Path:
        """Acknowledged state per target."""
        return self.home / "activation"

    @property
    def exports(self) -> Path:
        """What file targets write."""
        return self.home / "exports"

    @property
    def reports(self) -> Path:
        """HTML reports."""
        return self.home / "reports"

    @property
    def keys(self) -> Path:
        """Secrets made on first use where the environment gives none; mode 0600."""
        return self.home / "keys"

    @property
    def dagster_home(self) -> Path:
        """Dagster's instance: runs, event log, schedules."""
        return self.home / "dagster"

    @property
    def dbt_target(self) -> Path:
        """Where dbt writes its manifest and compiled SQL."""
        return self.home / "dbt" / "target"

    @property
    def dbt_logs(self) -> Path:
        """Where dbt logs."""
        return self.home / "dbt" / "logs"

    @property
    def tracking_uri(self) -> str:
        """MLflow's store."""
        return self.mlflow_tracking_uri or f"sqlite:///{self.home / 'mlflow.db'}"

    @property
    def artifacts(self) -> Path:
        """Where MLflow keeps model files."""
        return self.home / "mlartifacts"

    def subprocess_environment(self) -> dict[str, str]:
        """Return the environment of dbt and of the servers that we start."""
        return {
            **os.environ,
            **QUIET,
            "TESSERA_HOME": str(self.home),
            "TESSERA_MEMORY_LIMIT": self.memory_limit,
            "TESSERA_THREADS": str(self.threads),
            "DAGSTER_HOME": str(self.dagster_home),
            "DBT_PROFILES_DIR": str(PROJECT / "dbt"),
            "DBT_TARGET_PATH": str(self.dbt_target),
            "DBT_LOG_PATH": str(self.dbt_logs),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        }


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings, from this process's environment unless another is given."""
    env = os.environ if environment is None else environment
    home = Path(env.get("TESSERA_HOME") or PROJECT / ".tessera").expanduser().resolve()
    return Settings(
        home=home,
        salt=env.get("TESSERA_SALT") or None,
        contact_key=env.get("TESSERA_CONTACT_KEY") or None,
        as_of=env.get("TESSERA_AS_OF") or None,
        seed=_whole_number(env, "TESSERA_SEED", 7),
        memory_limit=env.get("TESSERA_MEMORY_LIMIT") or "2GB",
        threads=_whole_number(env, "TESSERA_THREADS", 2),
        mlflow_tracking_uri=env.get("MLFLOW_TRACKING_URI") or None,
        alert_webhook=env.get("TESSERA_ALERT_WEBHOOK") or None,
        publish_contacts=env.get("TESSERA_PUBLISH_CONTACTS") == "1",
    )


def real_data(environment: Mapping[str, str] | None = None) -> Path:
    """Return where tests and benchmarks find the real data sets; it may not exist."""
    env = os.environ if environment is None else environment
    return Path(env.get("TESSERA_REAL_DATA") or PROJECT.parent / "shared" / "data")


def is_ci(environment: Mapping[str, str] | None = None) -> bool:
    """Whether this runs where nothing may be skipped."""
    env = os.environ if environment is None else environment
    return env.get("CI", "").lower() in ("1", "true")


def variables() -> Mapping[str, str]:
    """Return this process's environment, for what configuration names only by variable."""
    return dict(os.environ)


def set_variables(**given: str) -> None:
    """Set variables of this process, for what it starts or runs later."""
    os.environ.update(given)


def quieten() -> None:
    """Switch every library's reporting home off; call before importing them."""
    os.environ.update(QUIET)


def apply(settings: Settings) -> None:
    """Make this process, and the libraries it imports later, follow the settings."""
    quieten()
    os.environ.update(
        TESSERA_HOME=str(settings.home),
        DAGSTER_HOME=str(settings.dagster_home),
        TESSERA_MEMORY_LIMIT=settings.memory_limit,
        TESSERA_THREADS=str(settings.threads),
    )


def _whole_number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name)
    if not text:
        return default
    if not text.isdigit() or int(text) < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {text!r}")
    return int(text)
