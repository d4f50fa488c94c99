"""Lists for upload to an advertising platform: hashed members under the platform's headers."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from edge.activation.audiences import IDENTIFIERS, Platform, identifiers
from edge.activation.traits import Unsuitable


def write_list(
    members: Path, path: Path, *, platform: Platform, columns: frozenset[str], region: str | None
) -> None:
    """Write the members of a file of JSON Lines as a list; who cannot be found is left out."""
    known = {name: each for name, each in IDENTIFIERS[platform].items() if name in columns}
    headers = [_header(platform, each.header) for each in known.values()]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(headers)
        for found in _found(members, platform, region):
            writer.writerow([found.get(name, "") for name in known])


def _found(members: Path, platform: Platform, region: str | None) -> Iterator[dict[str, str]]:
    with members.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                yield identifiers(platform, json.loads(line), region)
            except Unsuitable:
                continue  # neither an e-mail address nor a number: no platform knows them


def _header(platform: Platform, header: str) -> str:
    return header.lower() if platform == "meta" else header
