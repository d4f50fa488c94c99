"""What a segment would have been at past moments, and what came of those who entered it."""
