"""A limit that a segment crosses is asked about once."""

from datetime import timedelta

import dagster as dg

from dagster_project import crossings
from dagster_project import settings as environment
from tests.conftest import settings_of
from tests.dagster_project.publish import shop

HEALTH = """
    create or replace table segments.fct_segment_health (
        segment varchar, as_of timestamp, crossings varchar
    )
"""


def publish(home, number, *rows):
    """Publish a generation with these rows of health."""
    values = ", ".join(
        f"('{segment}', timestamp '{shop.AS_OF + timedelta(days=day)}', '{crossed}')"
        for segment, day, crossed in rows
    )
    insert = f"; insert into segments.fct_segment_health values {values}" if rows else ""
    now = shop.NOW + timedelta(minutes=number)
    shop.publish_home(home, f"b{number}", HEALTH + insert, now=now)


def test_each_crossing_is_found_once(tmp_path):
    home = tmp_path / "home"
    shop.make(home)
    folder = home / "published"
    first = [("loyal", 0, "size"), ("new", 0, "")]
    publish(home, 1, *first)
    found = crossings.since(folder, None)
    assert found.crossings == ("loyal: size",)
    again = crossings.since(folder, found.cursor)
    assert again.crossings == ()
    assert again.cursor == found.cursor

    publish(home, 2, *first, ("loyal", 1, ""), ("new", 2, "members, engagement"))
    later = crossings.since(folder, found.cursor)
    assert later.crossings == ("new: members", "new: engagement")
    assert later.request_key != found.request_key
    assert crossings.since(folder, later.cursor).crossings == ()


def test_a_tick_that_failed_asks_for_the_same_run_again(tmp_path):
    home = tmp_path / "home"
    shop.make(home)
    publish(home, 1, ("loyal", 0, "size"))
    asked = {crossings.since(home / "published", None).request_key for _ in range(2)}
    assert len(asked) == 1


def test_the_same_moment_evaluated_again_asks_only_for_what_is_new(tmp_path):
    home = tmp_path / "home"
    shop.make(home)
    folder = home / "published"
    publish(home, 1, ("loyal", 0, "size"))
    found = crossings.since(folder, None)
    publish(home, 2, ("loyal", 0, "size"), ("new", 0, "members"))
    more = crossings.since(folder, found.cursor)
    assert more.crossings == ("new: members",)
    assert crossings.since(folder, more.cursor).crossings == ()


def test_the_past_asks_for_nothing(tmp_path):
    home = tmp_path / "home"
    shop.make(home)
    folder = home / "published"
    publish(home, 1, ("loyal", 0, "size"), ("loyal", 5, ""))
    assert crossings.since(folder, None).crossings == ()  # the first tick looks at what is newest
    publish(home, 2, ("loyal", 5, "size"))
    found = crossings.since(folder, None)
    publish(home, 3, ("loyal", 2, "members"), ("loyal", 5, "size"))
    assert crossings.since(folder, found.cursor).crossings == ()


def test_before_anything_is_published_nothing_is_found(tmp_path):
    found = crossings.since(tmp_path, None)
    assert (found.crossings, found.cursor) == ((), None)


def test_the_sensor_asks_for_one_run_for_a_crossing(tmp_path):
    home = settings_of(tmp_path / "home")
    environment.apply(home)
    from dagster_project.defs.automation import resegment_customers_on_crossings
    from dagster_project.platform import Platform

    shop.make(home.home)
    publish(home.home, 1, ("loyal", 0, "size"))

    def tick(cursor):
        context = dg.build_sensor_context(cursor=cursor, resources={"platform": Platform(home)})
        return resegment_customers_on_crossings(context)

    asked = tick(None)
    assert len(asked.run_requests) == 1
    assert isinstance(tick(asked.cursor), dg.SkipReason)
