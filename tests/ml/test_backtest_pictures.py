import pandas as pd
import pytest

from ml import backtest_pictures

SIZES = pd.DataFrame(
    {
        "as_of": pd.date_range("2026-01-01", periods=5),
        "size": [0, 3, 4, 2, 2],
        "entered": [0, 3, 1, 0, 1],
        "left": [0, 0, 0, 2, 1],
    }
)


def test_pictures_are_small_pngs_that_never_change():
    for draw in (
        lambda: backtest_pictures.size_over_time(SIZES),
        lambda: backtest_pictures.shares(["a", "b"], [0.5, 0.25]),
    ):
        picture = draw()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 100_000
        assert draw() == picture


def test_one_moment_and_nothing_to_compare_with_are_drawn_too():
    assert backtest_pictures.size_over_time(SIZES.head(1)).startswith(b"\x89PNG")
    assert backtest_pictures.shares([], []).startswith(b"\x89PNG")


def test_each_share_has_a_name():
    with pytest.raises(ValueError, match="1 names for 2 values"):
        backtest_pictures.shares(["a"], [0.5, 0.25])
