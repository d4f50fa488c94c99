from dagster_project.authoring import nesting

PARENT = {"has_cart": "items > 0", "left_it": "idle_minutes > 30"}


def test_a_child_repeats_its_parents_conditions_in_whatever_table_it_reads_them():
    own = {name: nesting.bare(f"carts.{text}") for name, text in PARENT.items()}
    assert nesting.unrepeated({**own, "is_large": "items > 3"}, PARENT) == {}


def test_a_condition_that_is_missing_or_says_something_else_is_named():
    assert nesting.unrepeated({"left_it": "idle_minutes > 5"}, PARENT) == PARENT


def test_a_number_with_a_point_is_no_table():
    assert nesting.bare("orders.share >= 0.6") == "share >= 0.6"
