"""Activation: one asset per target in ``config/targets.yml``, fed from the newest generation."""

KEYS = []
