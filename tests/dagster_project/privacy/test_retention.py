"""What a refresh does not end is ended by the job."""

from datetime import timedelta

from dagster_project.privacy import retention
from edge import published
from edge.consent.purposes import load
from tests.conftest import PROJECT
from tests.dagster_project.publish import shop

PURPOSES = load(PROJECT / "config" / "purposes.yml")


def test_only_the_newest_generation_keeps_its_contacts_and_one_that_is_read_waits(tmp_path):
    shop.make(tmp_path)
    folder = tmp_path / "published"
    for build in ("b1", "b2", "b3"):
        shop.publish_home(tmp_path, build)
    first, second, newest = sorted(path for path in folder.iterdir() if path.is_dir())
    with shop.opened(tmp_path) as connection:
        connection.execute(
            "insert into raw.rejected_events (payload, loaded_at) "
            "values ('a', '2026-01-01'), ('b', '2020-01-01')"
        )
        with published.held(published.Generation(first)):
            ended = retention.enforce(connection, folder, PURPOSES, shop.AS_OF)
        assert ended == retention.Ended(contact_files=1, payloads=1)
        kept = connection.execute(
            "select payload from raw.rejected_events "
            "where loaded_at in ('2026-01-01', '2020-01-01')"
        ).fetchall()
        assert sorted(kept, key=str) == [("a",), (None,)]
        assert [(path / "contacts.duckdb").exists() for path in (first, second, newest)] == [
            True,
            False,
            True,
        ]
        later = retention.enforce(connection, folder, PURPOSES, shop.AS_OF - timedelta(days=3000))
    assert later == retention.Ended(contact_files=1, payloads=0)
