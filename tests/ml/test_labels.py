import numpy as np

from dagster_project.clusters import settings as cluster_settings
from ml.labels import Rule, describe, name_clusters
from tests.conftest import PROJECT

COLUMNS = ("orders", "recency")
RULES = (
    Rule("loyal", {"orders": 0.5}, {"recency": -0.1}),
    Rule("lapsed", {"recency": 0.5}),
)


def labels(profiles, rules=RULES):
    return tuple(name.label for name in name_clusters(np.array(profiles), COLUMNS, rules))


def test_a_rule_goes_to_the_cluster_that_meets_it_most_clearly():
    found = name_clusters(np.array([[0.6, -0.2], [1.6, -1.2], [0.0, 2.0]]), COLUMNS, RULES)

    assert [name.label for name in found] == ["unclear: high orders", "loyal", "lapsed"]
    assert [name.is_clear for name in found] == [False, True, True]
    assert found[1].deciding == {"orders": 1.6, "recency": -1.2}


def test_a_cluster_is_never_given_a_name_whose_bounds_it_misses():
    assert labels([[0.4, -2.0]], RULES[:1]) == ("unclear: low recency, high orders",)


def test_clusters_without_a_rule_are_told_apart_even_when_alike():
    assert labels([[0.0, 0.1], [0.0, -0.1], [0.1, 0.0]]) == (
        "unclear: average",
        "unclear: average (1)",
        "unclear: average (2)",
    )


def test_a_description_names_the_features_furthest_from_the_average():
    profile = {"searches_per_visit": -0.9, "spend": 0.3, "orders": 2.0}

    assert describe(profile) == "high orders, low searches per visit"


def test_a_bound_on_an_unknown_feature_is_not_met():
    assert Rule("x", {"age": 0.1}).fit({"orders": 1.0}) is None
    assert Rule("x", {}, {"age": 0.1}).fit({"orders": 1.0}) is None


def test_the_rules_of_the_checkout_are_valid():
    settings = cluster_settings.load(PROJECT / "config" / "clusters.yml")

    assert [rule.label for rule in settings.rules()][0] == "high-value frequent buyers"
    assert list(settings.recipes()) == ["behaviour", "value"]
