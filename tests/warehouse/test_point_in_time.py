"""Nothing after as_of changes a feature, but through identity."""

from dataclasses import replace

import duckdb
import pandas as pd
import pytest

from tests.warehouse.feature_home import FEATURES, FeatureHome
from tests.warehouse.feature_shop import FIRST_DAY, Shop, random_shop

SHOP = random_shop(seed=11)
PEOPLE = SHOP.events[~SHOP.events["is_bot"]].sort_values(["visitor_id", "timestamp"])
# a moment with a session before and after it
AS_OF = PEOPLE[
    (PEOPLE.groupby("visitor_id")["timestamp"].diff() < pd.Timedelta(minutes=20))
    & (PEOPLE["timestamp"] > FIRST_DAY + pd.Timedelta(days=50))
].sort_values("timestamp")["timestamp"].iloc[0] - pd.Timedelta(seconds=1)

Tables = dict[str, pd.DataFrame]


def evaluated(home: FeatureHome, shop: Shop, *moments: pd.Timestamp) -> Tables:
    """Return every feature table at AS_OF."""
    home.fill(shop.tables(*moments))
    home.run(FEATURES)
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        names = connection.execute(
            "select table_name from information_schema.tables "
            "where table_schema = 'features' order by 1"
        ).fetchall()
        return {
            name: connection.execute(
                f"select * from features.{name} where as_of = ? order by all", [AS_OF]
            ).df()
            for (name,) in names
        }


@pytest.fixture(scope="module")
def home(tmp_path_factory, manifest) -> FeatureHome:
    return FeatureHome(tmp_path_factory.mktemp("moments"), manifest)


@pytest.fixture(scope="module")
def with_all_that_came_later(home) -> Tables:
    """Evaluate the whole shop, together with an earlier and a later moment."""
    return evaluated(
        home, SHOP, FIRST_DAY + pd.Timedelta(days=20), AS_OF, SHOP.events["timestamp"].max()
    )


@pytest.fixture(scope="module")
def cut_off(home) -> Tables:
    return evaluated(home, SHOP.until(AS_OF), AS_OF)


@pytest.fixture(scope="module")
def after_a_later_identify(home) -> Tables:
    """Evaluate the whole shop once c2 and c4 turned out, after AS_OF, to be one person."""
    visitors = SHOP.visitors.replace({"customer_id": {"c4": "c2"}})
    merged = {
        name: getattr(SHOP, name).replace({"customer_id": {"c4": "c2"}})
        for name in ("orders", "lines", "refunds", "traits", "identifiers")
    }
    return evaluated(home, replace(SHOP, visitors=visitors, **merged), AS_OF)


def test_much_happens_on_both_sides_of_the_moment():
    assert len(SHOP.events) > 1.5 * len(SHOP.until(AS_OF).events) > 300
    assert len(SHOP.orders) > len(SHOP.until(AS_OF).orders) > 20


def test_no_later_event_changes_any_feature(with_all_that_came_later, cut_off):
    assert set(cut_off) == set(with_all_that_came_later)
    for name, wanted in cut_off.items():
        assert len(wanted) > 0, name
        pd.testing.assert_frame_equal(
            with_all_that_came_later[name], wanted, check_exact=True, obj=name
        )


def test_a_later_identify_joins_what_both_had_done_before(cut_off, after_a_later_identify):
    before = cut_off["ftr_customers"].set_index("customer_id")
    after = after_a_later_identify["ftr_customers"].set_index("customer_id")
    assert "c4" in before.index
    assert "c4" not in after.index
    for count in ("orders", "sessions_90_days", "product_views_90_days", "list_filters"):
        assert after.loc["c2", count] == before.loc["c2", count] + before.loc["c4", count]


def test_a_later_identify_changes_what_nobody_else_did(cut_off, after_a_later_identify):
    ranks = ["r_score", "f_score", "m_score", "rfm_score", "is_top_decile"]  # of all against all
    others = [
        tables["ftr_customers"]
        .drop(columns=ranks)
        .query("customer_id not in ('c2', 'c4')")
        .reset_index(drop=True)
        for tables in (cut_off, after_a_later_identify)
    ]
    pd.testing.assert_frame_equal(*others, check_exact=True)
