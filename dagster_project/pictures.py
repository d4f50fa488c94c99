"""Pictures on the pages of assets."""

import base64

import dagster as dg


def inline(png: bytes) -> dg.MarkdownMetadataValue:
    """Show a picture (PNG, under 100 kB: the event log keeps it) on an asset's page."""
    if len(png) > 100_000:
        raise ValueError(f"a picture of {len(png)} bytes is too large for the event log")
    return dg.MetadataValue.md(
        f"![picture](data:image/png;base64,{base64.b64encode(png).decode()})"
    )
