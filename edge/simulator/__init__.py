"""A simulated shop: event files as a web SDK and a server would write them, and the truth behind."""
