"""What a target of files is told; ``edge/activation/files.py`` writes them."""

from typing import Literal

from edge.activation.mapping import Mapped


class FilesTarget(Mapped):
    """Files that another system picks up."""

    kind: Literal["files"]
    format: Literal["csv", "jsonl", "parquet"]
    current_file: bool = False
