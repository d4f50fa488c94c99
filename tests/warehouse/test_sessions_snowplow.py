"""Sessions and stitching of a published set, where its definitions are ours."""

import pandas as pd
import pytest

from tests.warehouse.conftest import empty_home

# There a session is what the tracker's cookie says; here a visitor without 30 minutes of silence.
DIFFERENT = {
    "long session": "the tracker kept one session for days",
    "Unexpired session": "the tracker kept one session for months",
    "Rotating domain_userid per session": "the tracker's session goes over several cookies",
    "Multiple first sessions per user": "two of the tracker's sessions at the same time",
    "Multiple last sessions per user": "two of the tracker's sessions at the same time",
    "dupe: page_view_id different derived_tstamp": "two events of one page view count once there",
    "NULL domain_userid": "an event without a cookie has no visitor",
}


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "snowplow_web"


@pytest.fixture(scope="module")
def events(folder):
    """Of events with the same id the first, without those of no visitor."""
    events = pd.read_csv(folder / "snowplow_web_events.csv", dtype=str)
    return events.drop_duplicates("event_id").dropna(subset=["domain_userid"])


@pytest.fixture(scope="module")
def expected(folder):
    return pd.read_csv(folder / "snowplow_web_sessions_expected.csv", dtype=str)


@pytest.fixture(scope="module")
def found(events, tmp_path_factory, manifest):
    """Each event with our session and customer."""
    home = empty_home(tmp_path_factory.mktemp("snowplow"), manifest)
    home.deliver(
        {
            "message_id": row["event_id"],
            "anonymous_id": row["domain_userid"],
            "user_id": row["user_id"] if isinstance(row["user_id"], str) else None,
            "timestamp": pd.Timestamp(row["derived_tstamp"]).to_pydatetime(),
            "type": "page" if row["event_name"] == "page_view" else "track",
            "event": row["event_name"],
        }
        for row in events.to_dict("records")
    )
    home.build()
    sessions = home.read(
        "select message_id as event_id, session_id, started_at, ended_at, page_views, customer_id "
        "from marts.fct_events join marts.fct_sessions using (session_id)"
    )
    return events.merge(sessions, on="event_id")


def test_sessions_that_both_define_alike_have_the_same_times_and_page_views(found, expected):
    alike = expected[~expected["user_id"].isin(DIFFERENT)]
    assert len(alike) == 9
    for session in alike.to_dict("records"):
        ours = found[found["domain_sessionid"] == session["domain_sessionid"]]
        times = ours[["session_id", "started_at", "ended_at", "page_views"]].drop_duplicates()
        assert len(times) == 1, session["user_id"]
        # a lone ping tells of a page view five seconds earlier, which counts there
        if "page_view" in session["event_counts"]:
            assert times["started_at"].item() == pd.Timestamp(session["start_tstamp"])
            assert times["page_views"].item() == int(session["page_views"])
        assert times["ended_at"].item() == pd.Timestamp(session["end_tstamp"])


def test_every_stitched_user_is_one_customer_and_every_customer_one_user(found, expected):
    stitched = expected.set_index("domain_sessionid")["stitched_user_id"].dropna()
    known = found[found["domain_sessionid"].isin(stitched.index)]
    user = known["domain_sessionid"].map(stitched)
    assert user.nunique() == 11
    assert (known.groupby(user)["customer_id"].nunique() == 1).all()
    assert (user.groupby(known["customer_id"]).nunique() == 1).all()
