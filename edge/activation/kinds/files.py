"""What a target of files is told; ``edge/activation/files.py`` writes them."""

from typing import Literal

from pydantic import model_validator

from edge.activation.audiences import Platform, Region, known_columns
from edge.activation.mapping import Mapped


class FilesTarget(Mapped):
    """Files that another system picks up.

    With ``audience`` they are lists for upload to an advertising platform instead: all members
    of a segment as hashes, and no differences. ``phone_region`` is the country of telephone
    numbers that do not say theirs.
    """

    kind: Literal["files"]
    format: Literal["csv", "jsonl", "parquet"]
    current_file: bool = False
    audience: Platform | None = None
    phone_region: Region | None = None

    @property
    def tells_customer_id(self) -> bool:
        """Whether each row says our id: a list for upload has hashes alone."""
        return self.audience is None

    @model_validator(mode="after")
    def _an_audience_is_a_whole_list(self) -> "FilesTarget":
        if self.audience is None:
            if self.phone_region is not None:
                raise ValueError("phone_region belongs to an audience")
            return self
        known_columns(self.audience, self.columns)
        if self.format != "csv" or not self.current_file:
            raise ValueError("a list for upload is format: csv with current_file: true")
        return self
