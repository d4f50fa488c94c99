import numpy as np

from ml import personas
from ml.labels import Rule, describe, name_clusters

COLUMNS = ("frequency", "recency_days")
RULES = (
    Rule("loyal", {"frequency": 0.5, "recency_days": -0.1}),
    Rule("lapsed", {"recency_days": 0.5}),
)


def test_a_rule_goes_to_the_cluster_that_meets_it_most_clearly():
    profiles = np.array([[0.6, -0.2], [1.6, -1.2], [0.0, 2.0]])

    labels = name_clusters(profiles, COLUMNS, RULES)

    assert labels == ("high frequency", "loyal", "lapsed")


def test_a_cluster_is_never_given_a_name_whose_bounds_it_misses():
    assert name_clusters(np.array([[0.4, -2.0]]), COLUMNS, RULES[:1]) != ("loyal",)


def test_clusters_without_a_rule_are_told_apart_even_when_alike():
    labels = name_clusters(np.array([[0.0, 0.1], [0.0, -0.1], [0.1, 0.0]]), COLUMNS, RULES)

    assert labels == ("average", "average (1)", "average (2)")


def test_a_description_names_the_features_furthest_from_the_average():
    profile = {"searches_90_days": -0.9, "monetary": 0.3, "frequency": 2.0}

    assert describe(profile) == "high frequency, low searches 90 days"


def test_a_bound_on_an_unknown_feature_is_not_met():
    assert Rule("x", {"age_years": 0.1}).fit({"frequency": 1.0}) is None


def test_the_rules_speak_of_features_that_the_clusters_are_made_of():
    used = {feature for rule in personas.RULES for feature in rule.bounds}

    assert used <= set(personas.COLUMNS)
    assert set(personas.MISSING) <= set(personas.COLUMNS)
    assert personas.ORDER_BY in personas.COLUMNS
    assert len({rule.label for rule in personas.RULES}) == len(personas.RULES)
