"""Where things stand: the summary of the newest generation."""
