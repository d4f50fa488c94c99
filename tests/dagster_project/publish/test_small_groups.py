"""No published aggregate shows a group of too few people."""

import duckdb

from dagster_project.publish import small_groups

TOO_FEW = small_groups.minimum() - 1


def published(name, **columns):
    """Return the rows that a table of these columns is published as."""
    with duckdb.connect() as connection:
        listed = ", ".join(f"unnest({values!r}) as {column}" for column, values in columns.items())
        connection.execute(f"create table held as select {listed}")
        query = small_groups.source(name, tuple(columns), "held")
        return connection.sql(query).fetchall()


def test_sizes_below_the_least_are_null_and_none_and_enough_are_shown():
    assert published(
        "segments.dim_segments",
        segment=["a", "b", "c", "d"],
        size=[0, 1, TOO_FEW, TOO_FEW + 1],
        share=[0, 1, 2, 3],
    ) == [("a", 0, 0), ("b", None, None), ("c", None, None), ("d", TOO_FEW + 1, 3)]


def test_no_figure_of_a_small_segment_is_shown_but_those_of_all():
    assert published(
        "segments.fct_segment_health",
        segment=["a", "b"],
        size=[TOO_FEW, 90],
        conversion_share=[5, 5],
        conversion_share_of_all=[1, 1],
        members_left=[1, 1],
        churn_share=[2, 2],
        is_too_small=[True, False],
    ) == [
        ("a", None, None, 1, None, None, True),
        ("b", 90, 5, 1, None, None, False),  # one left: neither the one nor its share
    ]


def test_overlaps_of_few_people_say_nothing_of_them():
    assert published(
        "segments.fct_segment_overlaps",
        segment_a=["a", "a"],
        size_a=[90, 90],
        intersection=[TOO_FEW, 0],
        jaccard=[1, 0],
    ) == [("a", 90, None, None), ("a", 90, 0, 0)]


def test_what_too_few_took_is_left_out_and_figures_of_few_baskets_are_null():
    few = [TOO_FEW, TOO_FEW + 1]
    assert published("ml.segment_recommendations", product_id=["p", "q"], customers=few) == [
        ("q", TOO_FEW + 1)
    ]
    assert published(
        "ml.product_associations", product_id=["p", "q"], baskets=few, lift=[1, 2]
    ) == [
        ("p", None, None),
        ("q", TOO_FEW + 1, 2),
    ]


def test_a_table_that_counts_nobody_is_published_whole():
    assert published("marts.dim_products", product_id=["p"], size=[1]) == [("p", 1)]
