"""The keys behind pseudonyms: from the environment, else made once and kept in the home."""

import os
import secrets
from dataclasses import dataclass, field

from dagster_project.settings import Settings


@dataclass(frozen=True, slots=True)
class Keys:
    """``salt`` names customers and visitors; ``contact`` hashes contacts, and may rotate."""

    salt: bytes = field(repr=False)
    contact: bytes = field(repr=False)


def load(settings: Settings) -> Keys:
    """Return the keys, making those that the environment does not give."""
    return Keys(
        salt=_key(settings, "salt", settings.salt),
        contact=_key(settings, "contact", settings.contact_key),
    )


def _key(settings: Settings, name: str, given: str | None) -> bytes:
    if given is not None:
        return given.encode()
    settings.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = settings.keys / name
    if not path.exists():
        partial = path.with_name(f".{name}.{os.getpid()}")
        partial.touch(mode=0o600)
        partial.write_text(secrets.token_hex(32))
        try:
            os.link(partial, path)  # the first writer wins; a second reads what it wrote
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    return path.read_text().encode()
