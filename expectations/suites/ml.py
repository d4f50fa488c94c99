"""What must hold of what Python made; empty tables are fine, for there may be no champion yet."""

from typing import Final

from expectations.suite import (
    BETWEEN,
    IN_SET,
    NOT_NULL,
    ROW_COUNT_BETWEEN,
    UNIQUE,
    UNIQUE_TOGETHER,
    Expectation,
    LikeBefore,
    Suite,
    no_rows,
)

CUSTOMER_CLUSTERS: Final = Suite(
    "ml.customer_clusters",
    (
        Expectation(
            "customer_id_is_present", "Every row names a customer.", NOT_NULL,
            {"column": "customer_id"},
        ),
        Expectation(
            "customer_id_is_unique", "A customer is in one cluster.", UNIQUE,
            {"column": "customer_id"},
        ),
        Expectation("label_is_present", "Every cluster has a name.", NOT_NULL, {"column": "label"}),
        Expectation(
            "version_is_present", "Every row names the model it is from.", NOT_NULL,
            {"column": "model_version"},
        ),
        Expectation(
            "distance_is_not_negative", "A distance is 0 or more.", BETWEEN,
            {"column": "distance", "min_value": 0},
        ),
        no_rows("one_label_per_cluster", "Clusters and their names go together, one to one."),
        no_rows(
            "every_customer_has_a_cluster", "Whoever has features has a cluster, if anyone has.",
        ),
        no_rows(
            "clusters_are_not_tiny", "No cluster holds less than 0.5 % of the customers.",
            "warning",
        ),
        no_rows(
            "no_cluster_holds_all", "No cluster holds more than 95 % of the customers.", "warning",
        ),
    ),
)  # fmt: skip

RECOMMENDATIONS: Final = Suite(
    "ml.recommendations",
    (
        Expectation(
            "customer_id_is_present", "Every row names a customer.", NOT_NULL,
            {"column": "customer_id"},
        ),
        Expectation(
            "product_id_is_present", "Every row names a product.", NOT_NULL,
            {"column": "product_id"},
        ),
        Expectation(
            "score_is_present", "Every row has a score.", NOT_NULL, {"column": "score"},
        ),
        Expectation(
            "rank_is_unique", "A customer has one product per rank.", UNIQUE_TOGETHER,
            {"column_list": ["customer_id", "rank"]},
        ),
        Expectation(
            "product_is_unique", "A product is recommended to a customer once.", UNIQUE_TOGETHER,
            {"column_list": ["customer_id", "product_id"]},
        ),
        Expectation(
            "rank_is_from_1_to_100", "Ranks count from 1.", BETWEEN,
            {"column": "rank", "min_value": 1, "max_value": 100},
        ),
        Expectation(
            "source_is_known", "A recommendation says what made it.", IN_SET,
            {"column": "source", "value_set": ["hybrid", "content", "segment_popular", "popular"]},
        ),
        no_rows("scores_fall_with_rank", "A later rank never has a higher score."),
        no_rows(
            "not_all_are_popular", "At most 95 % of the customers get only popular products.",
            "warning",
        ),
        Expectation(
            "as_many_as_before", "There are at least half as many rows as in earlier runs.",
            ROW_COUNT_BETWEEN, severity="warning", like_before=LikeBefore(low=0.5),
        ),
    ),
)  # fmt: skip

SEGMENT_RECOMMENDATIONS: Final = Suite(
    "ml.segment_recommendations",
    (
        Expectation(
            "rank_is_unique", "A segment has one product per rank.", UNIQUE_TOGETHER,
            {"column_list": ["segment", "rank"]},
        ),
        Expectation(
            "product_is_unique", "A product is recommended to a segment once.", UNIQUE_TOGETHER,
            {"column_list": ["segment", "product_id"]},
        ),
        Expectation(
            "score_is_a_mean_share", "A score lies between 0 and 1.", BETWEEN,
            {"column": "score", "min_value": 0, "max_value": 1},
        ),
        no_rows(
            "customers_are_those_of_the_cluster", "A segment counts the customers of its cluster.",
        ),
    ),
)  # fmt: skip

SIMILAR_PRODUCTS: Final = Suite(
    "ml.similar_products",
    (
        Expectation(
            "rank_is_unique", "A product has one other per rank.", UNIQUE_TOGETHER,
            {"column_list": ["product_id", "rank"]},
        ),
        Expectation(
            "product_is_unique", "A product is similar to another once.", UNIQUE_TOGETHER,
            {"column_list": ["product_id", "similar_product_id"]},
        ),
        Expectation(
            "score_is_a_share", "A score lies between 0 and 1.", BETWEEN,
            {"column": "score", "min_value": 0, "max_value": 1},
        ),
        no_rows("products_are_not_their_own", "No product is similar to itself."),
    ),
)  # fmt: skip

PRODUCT_ASSOCIATIONS: Final = Suite(
    "ml.product_associations",
    (
        Expectation(
            "rank_is_unique", "A product has one other per rank.", UNIQUE_TOGETHER,
            {"column_list": ["product_id", "rank"]},
        ),
        Expectation(
            "confidence_is_a_share", "A confidence lies between 0 and 1.", BETWEEN,
            {"column": "confidence", "min_value": 0, "max_value": 1},
        ),
        Expectation(
            "baskets_are_at_least_2", "One basket is no association.", BETWEEN,
            {"column": "baskets", "min_value": 2},
        ),
        no_rows(
            "associations_hold_both_ways", "Baskets and lift of a pair are the same both ways.",
        ),
    ),
)  # fmt: skip

CUSTOMER_SCORES: Final = Suite(
    "ml.customer_scores",
    (
        Expectation(
            "score_is_unique", "A customer has one value per score.", UNIQUE_TOGETHER,
            {"column_list": ["customer_id", "score"]},
        ),
        Expectation(
            "value_is_present", "Every score has a value.", NOT_NULL, {"column": "value"},
        ),
        Expectation(
            "customer_id_is_present", "Every row names a customer.", NOT_NULL,
            {"column": "customer_id"},
        ),
        Expectation(
            "version_is_present", "Every row names the model it is from.", NOT_NULL,
            {"column": "model_version"},
        ),
        Expectation(
            "value_is_not_negative", "Nothing is expected less than not at all.", BETWEEN,
            {"column": "value", "min_value": 0},
        ),
        no_rows("score_is_known", "A score goes by the name of what it predicts."),
        no_rows("probabilities_are_shares", "A probability is at most 1."),
        no_rows("everyone_is_scored", "Whoever has features has each score asked of everyone."),
        no_rows(
            "probabilities_tell_customers_apart",
            "No probability is the same for more than 95 % of the customers.", "warning",
        ),
    ),
)  # fmt: skip
