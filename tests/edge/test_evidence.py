from datetime import datetime, timedelta

from edge import evidence

AS_OF = datetime.fromisoformat("2026-03-31T12:00:00")


def test_features_of_recent_events_look_back_a_week_or_their_own_hours():
    def hours(column: str) -> float:
        return (AS_OF - evidence.window_start(column, AS_OF, is_recent=True)) / timedelta(hours=1)

    assert hours("open_cart_items") == 7 * 24
    assert hours("product_views_24_hours") == 24


def test_a_cart_and_what_was_bought_before_look_back_all_the_way():
    assert evidence.window_start("open_cart_items", AS_OF) == evidence.BEGINNING
    bought = evidence.window_start("similar_bought", AS_OF, is_recent=True)
    assert bought == evidence.BEGINNING
