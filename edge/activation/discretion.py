"""Keeping libraries from writing down what passes through them."""

import logging


def hush(*loggers: str) -> None:
    """Let libraries log next to nothing: they show addresses, and even whole messages as warnings.

    What went wrong they raise as well.
    """
    for name in loggers:
        logging.getLogger(name).setLevel(logging.CRITICAL)
