"""Publishing: making a new read-only generation of the public tables, atomically."""
