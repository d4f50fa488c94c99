from pathlib import Path

import duckdb
import pandas as pd
import pytest

from dagster_project import registry as registries
from dagster_project import scoring
from dagster_project.predictions.score import champions, score_customers
from dagster_project.registry import Dataset, Training
from dagster_project.scoring import Scored
from ml import clusters
from ml.recommendations import als

AS_OF = pd.Timestamp("2026-03-31")
COLUMNS = ["monetary", "visits"]


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        scoring.create_tables(connection)
        yield connection


def features(customers=60):
    frame = pd.DataFrame({"customer_id": [f"c{i:03}" for i in range(customers)], "as_of": AS_OF})
    frame["monetary"] = [float(100 * (i % 3)) + i / 100 for i in range(customers)]
    frame["visits"] = [float(i % 3) for i in range(customers)]
    return frame


def interactions():
    rows = [(f"c{i:03}", f"p{(i + j) % 9}", 1.0 + j) for i in range(30) for j in range(3)]
    return pd.DataFrame(rows, columns=["customer_id", "product_id", "weight"])


def promote(registry, name, model):
    version = registry.log_training(
        Training(name, model, Dataset("t", 1, "00", "2026-03-31"), {}, {}, "mark", "code")
    )
    registry.promote(version, "for the test")
    return version


def promote_both(registry):
    found = clusters.fit(features(), COLUMNS, order_by="monetary", random_state=1).model
    promote(registry, "clusters", found)
    promote(registry, "als", als.fit(interactions(), als.Parameters(factors=4), random_state=1))


def test_tables_exist_empty_with_their_columns_before_any_champion(connection, registry):
    score(connection, registry)

    for table, columns in scoring.COLUMNS.items():
        found = connection.table(f"ml.{table}")
        assert tuple(found.columns) == columns
        assert len(found) == 0


def score(connection, registry, purchases=None):
    customers = features()
    for scored in (
        scoring.score_clusters(customers, registry),
        scoring.score_recommendations(
            customers["customer_id"], interactions(), purchases, registry, count=4
        ),
        score_customers(connection, registry, champions(registry)),
    ):
        scoring.write(connection, scored)


def test_every_customer_gets_a_cluster_and_recommendations_of_the_champion(connection, registry):
    promote_both(registry)

    score(connection, registry)

    assigned = connection.table("ml.customer_clusters").df()
    assert assigned["customer_id"].nunique() == len(assigned) == 60
    assert assigned["as_of"].unique().tolist() == [AS_OF]
    assert set(assigned["model_version"]) == {"clusters/1"}
    given = connection.table("ml.recommendations").df()
    assert given.groupby("customer_id").size().to_dict() == dict.fromkeys(
        assigned["customer_id"], 4
    )
    sources = given.groupby("source")["customer_id"].nunique()
    assert sources.to_dict() == {"als": 30, "popular": 30}
    assert set(given["model_version"]) == {"als/1"}


def test_what_was_bought_is_not_recommended(connection, registry):
    promote_both(registry)
    purchases = interactions()[["customer_id", "product_id"]]

    score(connection, registry, purchases)

    given = connection.table("ml.recommendations").df()
    assert given.merge(purchases, on=["customer_id", "product_id"]).empty


def test_scoring_again_gives_the_same_rows(connection, registry):
    promote_both(registry)
    found = []
    for _ in range(2):
        score(connection, registry)
        found.append(
            [
                connection.execute(f"select * from ml.{table} order by all").fetchall()
                for table in scoring.COLUMNS
            ]
        )

    assert found[0] == found[1]


def test_creating_tables_again_keeps_their_rows(connection, registry):
    promote_both(registry)
    score(connection, registry)

    scoring.create_tables(connection)

    assert len(connection.table("ml.customer_clusters")) == 60


def test_a_batch_that_fails_leaves_the_table_as_it_was(connection, registry):
    promote_both(registry)
    score(connection, registry)

    def frames():
        yield connection.execute("select * from ml.recommendations limit 1").df()
        raise RuntimeError("killed half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        scoring.write(connection, Scored("recommendations", frames(), None))

    assert len(connection.table("ml.recommendations")) == 240


def test_an_unknown_table_is_an_error(connection):
    with pytest.raises(ValueError, match="'other'"):
        scoring.write(connection, Scored("other", (), None))


def test_every_table_has_its_statement():
    folder = Path(registries.__file__).parent

    assert all((folder / f"ml_{table}.sql").is_file() for table in scoring.COLUMNS)


def test_the_champion_says_which_features_it_reads(registry):
    assert scoring.features_needed(registry) == ()
    promote_both(registry)

    assert scoring.features_needed(registry) == ("monetary", "visits")


def test_a_missing_feature_of_the_champion_is_named(registry):
    promote_both(registry)

    with pytest.raises(ValueError, match="visits"):
        scoring.score_clusters(features().drop(columns="visits"), registry)
