import struct

import numpy as np
import pandas as pd

from ml import pictures


def size_of(png):
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(png) < 100_000
    return struct.unpack(">II", png[16:24])


def test_pictures_are_small_pngs():
    scores = pd.DataFrame({"r_score": [1, 5, None] * 20, "f_score": [2, 5, None] * 20})
    sizes = pd.DataFrame({"segment": ["loyal", "lapsed"], "size": [70, 2_000_000]})
    names = [f"frequent_viewers_of_the_{n}th_category" for n in range(51)]
    library = pd.DataFrame({"segment": names, "size": np.arange(51) * 12_345 + 10_000})

    for png in (
        pictures.rfm_heat_map(scores),
        pictures.size_bars(sizes),
        pictures.size_bars(library),
    ):
        width, height = size_of(png)
        assert 300 < width < 1000
        assert 100 < height < 1000


def test_a_group_below_the_minimum_leaves_no_trace():
    nobody = pd.DataFrame({"r_score": [1] * 9, "f_score": [1] * 9})
    somebody = pd.DataFrame({"r_score": [5] * 9, "f_score": [5] * 9})
    assert pictures.rfm_heat_map(nobody) == pictures.rfm_heat_map(somebody)
    assert pictures.rfm_heat_map(nobody) != pictures.rfm_heat_map(somebody, minimum=9)

    sizes = pd.DataFrame({"segment": ["tiny", "loyal"], "size": [9, 70]})
    assert pictures.size_bars(sizes) == pictures.size_bars(sizes[sizes["size"] > 9])


def test_a_picture_of_the_largest_segments_says_so():
    sizes = pd.DataFrame({"segment": ["loyal", "lapsed", "new"], "size": [70, 60, 50]})
    two = sizes.head(2)
    assert pictures.size_bars(sizes, most=3) == pictures.size_bars(sizes, most=4)
    assert pictures.size_bars(sizes, most=2) != pictures.size_bars(two, most=2)


def test_pictures_of_nothing_can_be_drawn():

    size_of(pictures.rfm_heat_map(pd.DataFrame({"r_score": [], "f_score": []})))
    size_of(pictures.size_bars(pd.DataFrame({"segment": [], "size": []})))
