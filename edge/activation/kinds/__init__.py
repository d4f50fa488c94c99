"""The kinds of targets, one module each: a configuration model and the class behind it."""
