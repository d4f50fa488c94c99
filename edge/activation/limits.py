"""How far a target may be changed at once, and what counts as going wrong."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Variable = Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]*$")]  # the name of one, never its value


class Limits(BaseModel):
    """What every target may say of itself. An unknown key is an error, so a typo is never ignored.

    ``max_removed_share`` and ``max_added_share`` are of the rows the target holds: a sync beyond
    is refused until confirmed, once it holds ``guarded_from_rows``; null is no limit.
    ``max_failed_share`` is of the rows of one sync, ``max_deviation_share`` of the rows wanted.
    ``enabled_by`` names an environment variable without which the target is left out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    max_removed_share: Share | None = 0.5
    max_added_share: Annotated[float, Field(ge=0)] | None = 1.0
    guarded_from_rows: Annotated[int, Field(ge=0)] = 10_000  # a young shop doubles and halves
    max_failed_share: Share = 0.05
    max_deviation_share: Share = 0.05
    stalled_hours: Annotated[float, Field(gt=0)] = 48.0  # twice the interval of the daily refresh
    enabled_by: Variable | None = None
