"""Activation: exact, consented differences from segments to the places that act on them."""
