import numpy as np
import pandas as pd
import pytest

from ml.predictions import leaks
from tests.ml.predictions.test_model import COLUMNS, customers


def test_a_feature_planted_from_the_future_is_found_and_no_other():
    frame, labels = customers()
    frame["orders_next_week"] = labels + np.random.default_rng(1).normal(0, 0.2, len(labels))

    assert list(leaks.suspicious(frame, labels, [*COLUMNS, "orders_next_week"])) == [
        "orders_next_week"
    ]


def test_a_feature_that_is_low_where_the_label_holds_is_found_too():
    frame, labels = customers()
    frame["days_until_order"] = np.where(labels, 3.0, np.nan)

    found = leaks.suspicious(frame, labels, ["visits", "days_until_order"])
    assert found == {"days_until_order": 1.0}


def test_few_customers_are_parted_by_chance_and_prove_nothing():
    labels = np.arange(40) < 20

    assert leaks.suspicious(pd.DataFrame({"x": labels}), labels, ["x"]) == {}


def test_only_features_that_change_without_the_future_are_named():
    known = pd.DataFrame({"customer_id": ["a", "b"], "past": [1.0, np.nan], "future": [1.0, 2.0]})
    cut = known.assign(future=[1.0, 0.0])

    assert leaks.changed(known, cut, ["past", "future"]) == ["future"]
    with pytest.raises(ValueError, match="not the same"):
        leaks.changed(known, cut.iloc[:1], ["past"])
