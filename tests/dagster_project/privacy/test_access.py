import pytest

from dagster_project.privacy import access


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("marts.fct_orders", "Your orders."),
        ("features.ftr_purchases", "Figures on your purchases."),
        ("activation.fct_acknowledged", "Who holds data of yours now."),
        ("segments.seg_cart_abandoners", "What put you in the group of cart abandoners."),
        (
            "segments.late_memberships",
            "Groups you turned out to have been in, or not, by late events.",
        ),
        ("ml.unheard_of", "ml.unheard_of"),
    ],
)
def test_a_person_is_told_in_words_what_a_table_holds(table, words):
    assert access.words(table) == words
