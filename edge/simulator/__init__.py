"""A simulated shop: the files its web SDK and its server would write, and the truth behind."""
