"""What lasts as long as the process: Python's garbage collector need not walk it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def what_lasts() -> Iterator[None]:
    """Make here what lasts as long as the process: it is not walked, now or later."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
