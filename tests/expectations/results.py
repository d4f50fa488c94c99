"""Results of checks as a run would give them."""

from datetime import datetime

from expectations.run import Result

RAN_AT = datetime(2026, 3, 1, 12, 30)  # noqa: DTZ001  the warehouse keeps UTC without a zone


def result(suite="raw.events", name="type_is_known", **changes):
    given = {
        "description": "Every event is a call of the Segment spec.",
        "passed": True,
        "severity": "critical",
        "observed": None,
        "unexpected_count": 0,
        "element_count": 1200,
        **changes,
    }
    return Result(suite=suite, expectation=name, **given)
