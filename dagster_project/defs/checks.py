"""Great Expectations suites, and the conservation of landed rows, as blocking asset checks."""
