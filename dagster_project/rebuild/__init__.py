"""Rebuilding a past build from its landing files, and comparing what comes of it."""
