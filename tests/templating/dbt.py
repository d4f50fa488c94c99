"""Stands in for dbt's cross-database macros where sqlfluff renders a model without a database."""


def hash(field: str) -> str:  # noqa: A001 - dbt's own name
    """Render a hash."""
    return f"md5({field})"


def concat(fields: list[str]) -> str:
    """Render a concatenation."""
    return " || ".join(fields)


def dateadd(datepart: str, interval: object, from_date_or_timestamp: str) -> str:
    """Render a shifted moment."""
    return f"{from_date_or_timestamp} + interval ({interval}) {datepart}"


def datediff(first_date: str, second_date: str, datepart: str) -> str:
    """Render a difference."""
    return f"date_diff('{datepart}', {first_date}, {second_date})"
