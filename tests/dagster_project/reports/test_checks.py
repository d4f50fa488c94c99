from dagster_project.reports import checks as page
from expectations import record
from tests.expectations.results import RAN_AT, result


def test_the_page_shows_what_failed_first_with_its_counts(tmp_path):
    failed = result(name="type_is_known", passed=False, unexpected_count=7)
    warned = result("ml.recommendations", "rank_is_unique", passed=False, severity="warning")
    record.write(tmp_path, [result(name="time_is_present"), failed, warned], ran_at=RAN_AT)

    text = page.write(tmp_path).read_text()

    assert "1 passed" in text
    assert "1 warned" in text
    assert "1 failed" in text
    assert "7 of 1,200 rows unexpected" in text
    assert text.index("Needs attention") < text.index("time_is_present")
    assert text.index("<h2>raw.events") < text.index("<h2>ml.recommendations")
    assert "2026-03-01T12:30:00 UTC" in text


def test_the_page_needs_nothing_from_outside(tmp_path):
    record.write(tmp_path, [result()], ran_at=RAN_AT)

    text = page.write(tmp_path).read_text()

    for outside in ("http:", "https:", "<script", "<link", "@import", "src=", "url("):
        assert outside not in text


def test_what_comes_from_data_is_escaped(tmp_path):
    record.write(tmp_path, [result(description="<script>alert(1)</script>")], ran_at=RAN_AT)

    assert "<script>" not in page.write(tmp_path).read_text()


def test_a_page_before_any_run_says_so(tmp_path):
    assert "No suite has run yet" in page.write(tmp_path).read_text()
