"""What must hold of a table before the next stage may read it."""
