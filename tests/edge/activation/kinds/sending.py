"""Rows to send, and opening a target from the words of its configuration."""

from pydantic import TypeAdapter

from edge.activation.opening import open_sender
from edge.activation.rows import Row
from edge.activation.targets import TargetConfig

OPEN = []  # closed by a fixture after each test
NOW = 1_614_265_330.0


def row(customer_id="ann", operation="add", *, segment="loyal", key=None, **fields):
    """Return a row; its key follows from who and what."""
    key = key or f"{segment}-{customer_id}-{operation}"
    return Row(segment, customer_id, operation, key, fields)


def configured(**words):
    """Return the configuration that the words of ``targets.yml`` make."""
    return TypeAdapter(TargetConfig).validate_python(words)


def opened(environment, *, clock=lambda: NOW, **words):
    """Open the way to a target."""
    OPEN.append(open_sender("crm", configured(**words), environment, clock))
    return OPEN[-1]


def statuses(answers):
    """Return the statuses of answers, in order."""
    return [answer.status for answer in answers]
