"""Who is who, against the truth of the simulated shop."""

from math import comb

import duckdb
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def resolved(refreshed):
    """One row per anonymous_id or user_id seen in events, with our customer and the true person."""
    latest = (refreshed / "published" / "LATEST").read_text().strip()
    contacts = refreshed / "published" / latest / "contacts.duckdb"
    with duckdb.connect(str(contacts), read_only=True) as connection:
        return connection.sql(
            "select customer_id, identifier_type, identifier from marts.dim_customer_identifiers "
            "where identifier_type in ('anonymous_id', 'user_id')"
        ).df()


@pytest.fixture(scope="module")
def truth(shop):
    return pd.read_parquet(shop / "truth" / "identifiers.parquet")


def pairs(sizes):
    return sum(comb(int(size), 2) for size in sizes)


def test_identities_agree_with_the_truth(resolved, truth):
    own = truth[~truth["is_shared"]]
    both = resolved.merge(own, on=["identifier_type", "identifier"])
    assert len(both) > 500
    joined = pairs(both.groupby("customer_id").size())
    right = pairs(both.groupby(["customer_id", "person_id"]).size())
    linked = both[both["is_linked"]]
    possible = pairs(linked.groupby("person_id").size())
    found = pairs(linked.groupby(["customer_id", "person_id"]).size())
    print(f"pairwise precision {right / joined:.4f}, recall where linked {found / possible:.4f}")
    assert right / joined >= 0.999
    assert found / possible >= 0.99


def test_every_identifier_of_the_events_has_exactly_one_customer(resolved, truth):
    seen = truth[(truth["seen_in"] == "events") & truth["identifier_type"].isin(["anonymous_id"])]
    missing = set(seen["identifier"]) - set(resolved["identifier"])
    assert missing == set()
    assert not resolved.duplicated(["identifier_type", "identifier"]).any()
