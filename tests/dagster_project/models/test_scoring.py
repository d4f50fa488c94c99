from pathlib import Path

import duckdb
import pandas as pd
import pytest

from dagster_project.clusters import scoring as cluster_scoring
from dagster_project.models import registry as registries
from dagster_project.models import scoring
from dagster_project.models.registry import Dataset, Training
from dagster_project.models.scoring import Scored
from dagster_project.predictions.score import champions, score_customers
from tests.ml.clusters.shops import model_of

AS_OF = pd.Timestamp("2026-03-31")


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        scoring.create_tables(connection)
        yield connection


def features(customers=60):
    frame = pd.DataFrame({"customer_id": [f"c{i:03}" for i in range(customers)], "as_of": AS_OF})
    frame["spend"] = [float(100 * (i % 3)) + i / 100 for i in range(customers)]
    frame["visits"] = [float((i + 1) % 3) for i in range(customers)]
    frame["age"] = [float(i % 5) for i in range(customers)]
    return frame


def promote(registry, name, model):
    version = registry.log_training(
        Training(name, model, Dataset("t", 1, "00", "2026-03-31"), {}, {}, "mark", "code")
    )
    registry.promote(version, "for the test")
    return version


def promote_clusters(registry):
    promote(registry, "clusters", model_of(features()))


def test_tables_exist_empty_with_their_columns_before_any_champion(connection, registry):
    score(connection, registry)

    for table, columns in scoring.COLUMNS.items():
        found = connection.table(f"ml.{table}")
        assert tuple(found.columns) == columns
        assert len(found) == 0


def score(connection, registry):
    for scored in (
        cluster_scoring.score_clusters(features(), registry),
        score_customers(connection, registry, champions(registry)),
    ):
        scoring.write(connection, scored)


def test_every_customer_gets_a_cluster_of_the_champion(connection, registry):
    promote_clusters(registry)

    score(connection, registry)

    assigned = connection.table("ml.customer_clusters").df()
    assert assigned["customer_id"].nunique() == len(assigned) == 60
    assert assigned["as_of"].unique().tolist() == [AS_OF]
    assert set(assigned["model_version"]) == {"clusters/1"}


def test_scoring_again_gives_the_same_rows(connection, registry):
    promote_clusters(registry)
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
    promote_clusters(registry)
    score(connection, registry)

    scoring.create_tables(connection)

    assert len(connection.table("ml.customer_clusters")) == 60


def test_a_batch_that_fails_leaves_the_table_as_it_was(connection, registry):
    promote_clusters(registry)
    score(connection, registry)

    def frames():
        yield connection.execute("select * from ml.customer_clusters limit 1").df()
        raise RuntimeError("killed half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        scoring.write(connection, Scored("customer_clusters", frames(), None))

    assert len(connection.table("ml.customer_clusters")) == 60


def test_an_unknown_table_is_an_error(connection):
    with pytest.raises(ValueError, match="'other'"):
        scoring.write(connection, Scored("other", (), None))


def test_every_table_has_its_statement():
    folder = Path(registries.__file__).parent

    assert all((folder / f"{table}.sql").is_file() for table in scoring.COLUMNS)


def test_the_champion_says_which_features_it_reads(registry):
    assert cluster_scoring.features_needed(registry) == ((), ())
    promote_clusters(registry)

    assert cluster_scoring.features_needed(registry) == (("spend", "visits", "age"), ())


def test_a_missing_feature_of_the_champion_is_named(registry):
    promote_clusters(registry)

    with pytest.raises(ValueError, match="visits"):
        cluster_scoring.score_clusters(features().drop(columns="visits"), registry)
