"""Access and erasure, carried out over the whole home."""
