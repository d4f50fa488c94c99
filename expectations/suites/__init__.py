"""The suites, by stage of the lineage."""
