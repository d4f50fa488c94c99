"""A target of files: one file of differences per segment and sync, whole or not there at all."""

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from edge.activation.targets import FilesTarget
from edge.activation.upload_lists import write_list
from edge.disk import sync
from edge.statements import fill, identifier, literal, statement

PACKAGE = "edge.activation"
STAGED = ".staged"  # .staged.<sync id>.<final name>
CURRENT = "current"
OPTIONS = {
    "csv": "format csv, header",
    "jsonl": "format json",
    "parquet": "format parquet, compression zstd",
}
_SEGMENT = re.compile("[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Files:
    """Writes ``<folder>/<segment>/<sync id>.<format>``: removals first, then updates and adds."""

    config: FilesTarget
    folder: Path

    def stage(self, connection: duckdb.DuckDBPyConnection, sync_id: str) -> None:
        """Write every file under a hidden name, and wait for the disk; removals tell only whom."""
        told = {name: f"told.{identifier(name)}" for name in self.config.columns}
        changed = "".join(
            f", case when operation <> 'remove' then {value} end as {identifier(name)}"
            for name, value in told.items()
        )
        current = "".join(f", {value} as {identifier(name)}" for name, value in told.items())
        segments = connection.execute(statement(PACKAGE, "changed_segments")).fetchall()
        for (segment,) in segments:
            folder = self._segment_folder(segment)
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in self._contents(sync_id).items():
                path = folder / f"{STAGED}.{sync_id}.{name}.{self.config.format}"
                columns = current if text == "write_current" else changed
                values = {"columns": columns, "segment": literal(segment)}
                if self.config.audience is None:
                    options = OPTIONS[self.config.format]
                    _copy(connection, text, path, {**values, "options": options})
                else:
                    self._write_list(connection, text, path, values)
                if self.config.maps_contacts:
                    path.chmod(0o600)
                sync(path)
            sync(folder)

    def deliver(self, connection: duckdb.DuckDBPyConnection, sync_id: str) -> None:
        """Give the staged files their names; one that has it already was delivered before."""
        for path in self._staged():
            name = path.name.split(".", 3)
            if name[2] == sync_id:
                path.replace(path.with_name(name[3]))
                sync(path.parent)
        connection.execute(statement(PACKAGE, "mark_delivered"), {"sync_id": sync_id})

    def resume(self, connection: duckdb.DuckDBPyConnection, sync_id: str) -> None:
        """Finish it exactly as it began."""
        self.deliver(connection, sync_id)

    def discard(self) -> None:
        """Remove staged files."""
        for path in self._staged():
            path.unlink()

    def _contents(self, sync_id: str) -> dict[str, str]:
        """Return what is written for a segment, by the file's name."""
        if self.config.audience is not None:
            return {CURRENT: "write_current"}
        current = {CURRENT: "write_current"} if self.config.current_file else {}
        return {sync_id: "write_changes", **current}

    def _write_list(
        self, connection: duckdb.DuckDBPyConnection, text: str, path: Path, values: dict[str, str]
    ) -> None:
        assert self.config.audience is not None
        with tempfile.TemporaryDirectory(prefix="tessera-") as scratch:
            members = Path(scratch) / "members"
            _copy(connection, text, members, {**values, "options": OPTIONS["jsonl"]})
            write_list(
                members,
                path,
                platform=self.config.audience,
                columns=frozenset(self.config.columns),
                region=self.config.phone_region,
            )

    def _staged(self) -> list[Path]:
        return sorted(self.folder.glob(f"*/{STAGED}.*")) if self.folder.is_dir() else []

    def _segment_folder(self, segment: str) -> Path:
        if not _SEGMENT.fullmatch(segment):
            raise ValueError(f"a segment is named in lower-case letters and _: got {segment!r}")
        return self.folder / segment


def _copy(
    connection: duckdb.DuckDBPyConnection, text: str, path: Path, values: dict[str, str]
) -> None:
    connection.execute(fill(statement(PACKAGE, text), {**values, "path": literal(path)}))
