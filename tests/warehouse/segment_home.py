"""A warehouse whose features are drawn ones, for segments to be evaluated over."""

import duckdb
import pandas as pd
import yaml

from dagster_project.dbt_project import PROJECT_DIR
from tests.warehouse.feature_home import FeatureHome
from tests.warehouse.segment_reference import Drawn


def contracts() -> dict[str, dict[str, str]]:
    """Return the columns of the feature tables that state them, with their types."""
    described = yaml.safe_load((PROJECT_DIR / "models" / "features" / "_features.yml").read_text())
    return {
        model["name"]: {column["name"]: column["data_type"] for column in model["columns"]}
        for model in described["models"]
        if "contract" in model.get("config", {})
    }


def with_customers(
    home: FeatureHome, draws: dict[pd.Timestamp, Drawn], as_of: pd.Timestamp
) -> None:
    """Put customers in the place of all features; the moment evaluated is ``as_of``."""
    tables = [drawn.at(moment).tables() for moment, drawn in draws.items()]
    customers = pd.concat([each["ftr_customers"] for each in tables])
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("create schema if not exists features")
        for table in tables[0]:
            connection.register("given", pd.concat([each[table] for each in tables]))
            connection.execute(f"create or replace table features.{table} as select * from given")
        for table, columns in contracts().items():
            for name, kind in columns.items():
                connection.execute(
                    f"alter table if exists features.{table} add column if not exists {name} {kind}"
                )
    home.replace(
        {
            "intermediate.int_moments_evaluated": pd.DataFrame(
                {"as_of": [as_of], "known_at": [as_of + pd.Timedelta(hours=1)]}
            ),
            "marts.dim_customers": customers[["customer_id"]]
            .drop_duplicates()
            .assign(first_seen_at=as_of),
        }
    )
