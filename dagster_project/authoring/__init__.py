"""Help for whoever writes a segment: a first file to change, and a check before it goes live."""
