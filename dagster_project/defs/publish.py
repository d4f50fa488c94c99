"""Publishing: people, dashboards and syncs read a generation, never the warehouse."""
