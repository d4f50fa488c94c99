"""Secrets and addresses, which stand in the environment and are named in the configuration."""

from collections.abc import Mapping

from edge.activation.rows import Disabled


def variable(environment: Mapping[str, str], name: str) -> str:
    """Return the value of an environment variable; its target takes nothing where it has none."""
    value = environment.get(name, "").strip()
    if not value:
        raise Disabled(f"the environment variable {name} is not set")
    return value
