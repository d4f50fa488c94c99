"""A card shows no part of too few customers."""

import numpy as np
import pytest

from dagster_project.predictions import card
from ml.predictions import evaluation


@pytest.mark.parametrize(("customers", "parts"), [(1000, 10), (50, 10), (49, 9), (12, 2), (4, 1)])
def test_parts_are_tenths_or_larger_so_that_none_is_of_fewer_than_five(customers, parts):
    assert card.parts_of(customers) == parts
    labels = np.arange(customers) % 2 == 0
    given = np.linspace(0, 1, customers)
    for table in (evaluation.calibration_curve, evaluation.deciles):
        rows = table(labels, given, groups=card.parts_of(customers))["rows"]
        assert len(rows) == parts
        assert rows.min() >= min(5, customers)
