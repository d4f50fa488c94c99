"""The frame of every report: one HTML page, one style, nothing from outside."""

import base64
from functools import cache
from pathlib import Path

import jinja2

from dagster_project.publish.files import replace_text
from dagster_project.reports.definitions import in_words


def render(template: str, **values: object) -> str:
    """Render a template of this folder; a value that it names and does not get is an error."""
    return _environment().get_template(template).render(**values)


def write(path: Path, text: str) -> Path:
    """Write a page so that readers see the old one or the new, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_text(path, text)
    return path


def picture(png: bytes) -> str:
    """Return a picture as its page holds it."""
    return base64.b64encode(png).decode()


def percent(value: float | None, digits: int = 0) -> str:
    """Return a share as a percentage; what would round to none is said to be less than one."""
    if value is None:
        return "–"
    least = 10.0 ** -(digits + 2)
    return f"< {100 * least:g} %" if 0 < value < least / 2 else f"{100 * value:,.{digits}f} %"


def number(value: float | None, digits: int = 0) -> str:
    """Return a number with its thousands apart."""
    return "–" if value is None else f"{value:,.{digits}f}"


def signed(value: float | None) -> str:
    """Return a change as a percentage with its sign."""
    return "–" if value is None else f"{100 * value:+,.0f} %".replace("-", "−")


def days(value: float) -> str:
    """Return a count of days to a date as words."""
    if value < 0:
        return f"{-value:,.0f} days overdue"
    return "due today" if value == 0 else f"in {value:,.0f} days"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("dagster_project", "reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (percent, number, signed, days)
    environment.filters |= {"words": in_words} | {shown.__name__: shown for shown in filters}
    return environment
