"""The report on segments of a home that was refreshed: complete, and without anyone in it."""

import json
import re

import duckdb
import pytest

from tests.e2e.servers import table


@pytest.fixture(scope="module")
def page(refreshed) -> str:
    return (refreshed / "reports" / "segments.html").read_text()


def test_every_segment_is_on_the_page_with_its_description_and_sql(refreshed, page):
    segments = table(refreshed, "select segment, description from segments.dim_segments")
    assert len(segments) >= 8
    for row in segments:
        start = page.index(f'<details id="segment-{row["segment"]}">')
        definition = page[start : page.index("</details>", start)]
        assert row["description"].split("<")[0] in definition
        assert "from features." in definition
        assert "<li>" in definition


def test_nobody_and_nothing_from_outside_is_on_the_page(refreshed, page):
    customers = {
        row["customer_id"]
        for row in table(refreshed, "select customer_id from marts.dim_customers")
    }
    assert customers
    words = set(re.findall(r"\w+", page))
    assert words & customers == set()
    (contacts,) = sorted(refreshed.glob("published/*/contacts.duckdb"))[-1:]
    with duckdb.connect(str(contacts), read_only=True) as connection:
        emails = connection.execute(
            "select email from marts.dim_customer_contacts where email is not null"
        ).fetchall()
    assert emails
    assert not any(email in page for (email,) in emails)
    assert re.findall(r"https?:|<script|<link|@import|src=|url\(", page) == []


def test_health_has_a_row_for_each_segment_at_the_moment_evaluated(refreshed):
    rows = table(
        refreshed,
        "select s.segment, s.size is not distinct from h.size as is_same, s.status, h.is_too_small "
        "from segments.dim_segments s left join segments.fct_segment_health h "
        "on s.segment = h.segment and s.as_of = h.as_of",
    )
    assert all(row["is_same"] for row in rows)
    assert all(row["is_too_small"] == (row["status"] == "too_small") for row in rows), json.dumps(
        rows
    )
