"""The features against a plain recomputation, and what each of them must say by hand."""

import pandas as pd
import pytest

from dagster_project.dbt_project import PROJECT_DIR
from tests.warehouse.feature_home import FEATURES, FeatureHome
from tests.warehouse.feature_reference import Reference
from tests.warehouse.feature_shop import FIRST_DAY, random_shop, weather
from tests.warehouse.taste_reference import Tastes

SHOP = random_shop(seed=7)


def in_the_middle_of_a_session() -> pd.Timestamp:
    people = SHOP.events[~SHOP.events["is_bot"]].sort_values(["visitor_id", "timestamp"])
    gaps = people.groupby("visitor_id")["timestamp"].diff()
    later = people[(gaps < pd.Timedelta(minutes=20)) & (people["timestamp"] > "2026-03-01")]
    return later.sort_values("timestamp")["timestamp"].iloc[0] - pd.Timedelta(seconds=1)


MOMENTS = (
    in_the_middle_of_a_session(),
    FIRST_DAY + pd.Timedelta(days=80),
    SHOP.events["timestamp"].max(),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory, manifest) -> FeatureHome:
    home = FeatureHome(tmp_path_factory.mktemp("features"), manifest)
    home.fill(SHOP.tables(*MOMENTS))
    home.run(FEATURES)
    return home


def same(found: object, wanted: object) -> bool:
    if wanted is None:
        return bool(pd.isna(found))
    if isinstance(wanted, str | bool):
        return found == wanted
    return not pd.isna(found) and found == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("as_of", MOMENTS, ids=["within a session", "at midnight", "at the end"])
def test_every_feature_of_every_customer_is_what_plain_loops_say(home, as_of):
    reference = Reference(SHOP, as_of)
    tastes = Tastes(reference)
    found = home.table("features.ftr_customers", "customer_id")
    found = found[found["as_of"] == as_of].set_index("customer_id")
    assert list(found.index) == reference.customers()
    wrong = [
        (customer, feature, found.loc[customer, feature], wanted)
        for customer in reference.customers()
        for feature, wanted in (reference.features(customer) | tastes.features(customer)).items()
        if not same(found.loc[customer, feature], wanted)
    ]
    assert wrong == []


def test_the_reference_leaves_out_few_features(home):
    reference = Reference(SHOP, MOMENTS[-1])
    tastes = Tastes(reference)
    compared = {
        feature
        for customer in reference.customers()
        for feature in reference.features(customer) | tastes.features(customer)
    }
    rest = set(home.table("features.ftr_customers").columns) - compared
    assert rest == {
        "customer_id",
        "as_of",
        "preferred_channel",
        "locale",
    }


@pytest.mark.parametrize("as_of", MOMENTS, ids=["within a session", "at midnight", "at the end"])
def test_interactions_are_weighted_plainly_and_with_decay(home, as_of):
    reference = Reference(SHOP, as_of)
    found = home.table("features.ftr_interactions")
    found = found[found["as_of"] == as_of]
    wanted = {
        (customer, product): scores
        for customer in reference.customers()
        for product, scores in reference.interactions(customer).items()
    }
    assert set(zip(found["customer_id"], found["product_id"], strict=True)) == set(wanted)
    for row in found.itertuples():
        plain, decayed = wanted[row.customer_id, row.product_id]
        assert row.score_plain == plain
        assert row.weight == pytest.approx(decayed, rel=1e-12)


@pytest.mark.parametrize("as_of", MOMENTS, ids=["within a session", "at midnight", "at the end"])
def test_the_last_week_is_what_plain_loops_say(home, as_of):
    tastes = Tastes(Reference(SHOP, as_of))
    found = home.table("features.ftr_recents", "customer_id")
    found = found[found["as_of"] == as_of].set_index("customer_id")
    wanted = {customer: tastes.recents(customer) for customer in tastes.reference.customers()}
    wanted = {customer: recents for customer, recents in wanted.items() if recents}
    assert list(found.index) == list(wanted)
    assert len(wanted) > 5
    wrong = [
        (customer, feature, found.loc[customer, feature], value)
        for customer, recents in wanted.items()
        for feature, value in recents.items()
        if not same(found.loc[customer, feature], value)
    ]
    assert wrong == []


@pytest.mark.parametrize("as_of", MOMENTS, ids=["within a session", "at midnight", "at the end"])
def test_searches_revisits_weather_and_lookalikes_are_what_plain_loops_say(home, as_of):
    tastes = Tastes(Reference(SHOP, as_of))

    def found(table: str, *columns: str) -> dict[str, object]:
        rows = home.table(f"features.{table}", "customer_id")
        rows = rows[rows["as_of"] == as_of].set_index("customer_id")[list(columns)]
        return {row[0]: row[1] if len(columns) == 1 else row[1:] for row in rows.itertuples()}

    assert found("ftr_searches", "rarest_search_share") == pytest.approx(tastes.searches())
    revisits = {customer: tastes.revisits(customer) for customer in tastes.reference.customers()}
    assert found("ftr_revisits", "product_views_30_days", "similar_products_bought") == {
        customer: revisit for customer, revisit in revisits.items() if revisit
    }
    told = weather(as_of)
    weathers = {c: tastes.weather(c, told) for c in tastes.reference.customers()}
    columns = ("visits_with_weather", "wet_visit_share", "wet_day_share")
    assert found("ftr_weathers", *columns) == {
        customer: pytest.approx(values) for customer, values in weathers.items() if values
    }
    likeness = tastes.likeness()
    assert len(likeness) > 10
    assert found("ftr_lookalikes", "buyer_likeness") == pytest.approx(likeness, abs=1e-6)


def test_affinities_of_a_level_add_up_to_one(home):
    sums = home.read(
        "select customer_id, as_of, level, sum(affinity_share) as total "
        "from features.ftr_affinities group by all"
    )
    assert len(sums) > 50
    assert sums["total"].to_list() == pytest.approx([1.0] * len(sums))


def test_dwell_time_per_page_and_category_adds_up_to_the_events(home):
    as_of = MOMENTS[-1]
    found = home.read(
        "select customer_id, category, page_path, dwell_seconds from features.ftr_engagements "
        f"where as_of = '{as_of}'"
    )
    people = SHOP.events[~SHOP.events["is_bot"] & (SHOP.events["event"] == "Page Engaged")]
    owner = SHOP.visitors.set_index("visitor_id")["customer_id"]
    keys = [people["visitor_id"].map(owner).rename("customer_id"), "category", "page_path"]
    wanted = people.groupby(keys)["dwell_seconds"].sum()
    assert found.set_index(["customer_id", "category", "page_path"])["dwell_seconds"].to_dict() == (
        pytest.approx(wanted.to_dict())
    )


def test_each_model_does_by_hand_what_its_unit_tests_say(home):
    tested = home.unit_tests(FEATURES)
    models = {file.stem for file in (PROJECT_DIR / "models" / "features").glob("ftr_*.sql")}
    assert models - tested == {"ftr_customers"}  # joins, and nothing else


def test_robots_have_no_features_unless_they_turn_out_to_be_customers(home):
    found = set(home.table("features.ftr_customers")["customer_id"])
    assert "c3" not in found
