"""Evaluating triggers: what has landed since the newest generation, and the run that decides."""
