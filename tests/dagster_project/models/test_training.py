import duckdb
import numpy as np
import pytest

from dagster_project.models import training


def test_a_missing_feature_is_named():
    connection = duckdb.connect()
    connection.execute("create schema features")
    connection.execute("create table features.ftr_customers (customer_id varchar, as_of timestamp)")

    with pytest.raises(ValueError, match=r"features\.ftr_customers lacks the column\(s\) monetary"):
        training.read_features(connection, ["monetary"])


def test_features_are_read_as_numbers_at_the_newest_moment():
    connection = duckdb.connect()
    connection.execute("create schema features; create schema intermediate")
    connection.execute(
        """
        create table intermediate.int_customers_learnable as
        select unnest(['ann', 'bob']) as customer_id;
        create table features.ftr_customers as
        select * from (values
            ('bob', timestamp '2026-03-01', 1.5::decimal(18, 4), true, 'Oslo'),
            ('ann', timestamp '2026-03-01', null, false, null),
            ('eve', timestamp '2026-03-01', 7.0, false, 'Rome'),  -- withdrew
            ('ann', timestamp '2026-02-01', 9.0, true, 'Rome')
        ) as t(customer_id, as_of, monetary, is_known, city)
        """
    )

    frame = training.read_features(connection, ["monetary", "is_known"], ["city"])

    assert frame["customer_id"].tolist() == ["ann", "bob"]
    assert frame["monetary"].tolist()[1] == 1.5
    assert np.isnan(frame["monetary"].tolist()[0])
    assert frame["is_known"].tolist() == [0.0, 1.0]
    assert frame["city"].tolist()[1] == "Oslo"
