"""The floor: the same work as bare SQL on the same files, in one process."""

import sys
from pathlib import Path
from string import Template

import duckdb

from bench.bench import event_files


def main() -> None:
    """Run the script: folder of event files, folder for its state, memory limit."""
    landing, home = Path(sys.argv[1]), Path(sys.argv[2])
    published = home / "published"
    published.mkdir(parents=True)
    files = [str(path) for path in event_files(landing)]
    scripts = [
        Template((Path(__file__).parent / name).read_text()).safe_substitute(
            files=repr(files), published=published
        )
        for name in ("bare_events.sql", "bare_features.sql")
    ]
    connection = duckdb.connect(
        str(home / "bare.duckdb"),
        config={
            "memory_limit": sys.argv[3],
            "temp_directory": str(home / "tmp"),
            "preserve_insertion_order": False,
            "threads": 2,
        },
    )
    connection.execute("set TimeZone = 'UTC'")
    for script in scripts:
        connection.execute(script)


if __name__ == "__main__":
    main()
