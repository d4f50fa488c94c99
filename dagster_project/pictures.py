"""Pictures on the pages of assets."""

import base64

import dagster as dg

MOST_BYTES = 100_000


def inline(png: bytes) -> dg.MarkdownMetadataValue:
    """Show a picture (PNG, under 100 kB: the event log keeps it) on an asset's page."""
    if len(png) > MOST_BYTES:  # a refresh does not fail for want of a picture
        return dg.MetadataValue.md(f"A picture of {len(png)} bytes is too large to be kept here.")
    return dg.MetadataValue.md(
        f"![picture](data:image/png;base64,{base64.b64encode(png).decode()})"
    )
