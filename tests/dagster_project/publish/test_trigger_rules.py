"""Trigger rules that a generation carries are the same whatever dbt last had to do."""

from dagster_project.publish.trigger_rules import _of_every_row


def test_a_model_that_read_only_new_rows_is_carried_as_one_that_reads_all():
    first = "select *\nfrom raw.events\n\n\norder by line"
    later = (
        "select *\nfrom raw.events\n"
        "    where loaded_at > cast('2026-11-22 04:26:44.9' as timestamp)\n\norder by line"
    )
    assert (
        _of_every_row(later) == _of_every_row(first) == "select *\nfrom raw.events\norder by line"
    )
