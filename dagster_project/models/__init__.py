"""What all models share: registry, training, scoring, and whom they may learn from."""
