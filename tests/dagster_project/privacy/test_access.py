import pytest

from dagster_project.privacy import access
from dagster_project.reports import page


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


def test_whoever_is_unknown_is_told_so_and_sees_no_empty_list():
    shown = page.render("access.html", parts=[])
    assert "nobody is known here" in shown
    assert "<table" not in shown
    (part,) = parts = [{"words": "Your orders.", "rows": 2, "stem": "marts_fct_orders"}]
    assert part["words"] in page.render("access.html", parts=parts)
