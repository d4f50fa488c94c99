import struct
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ml.clusters import pictures
from tests.ml.clusters.shops import model_of, shop


@pytest.fixture(scope="module")
def drawn_from():
    frame, _ = shop(300, spread=20.0)
    return model_of(frame), frame


def draw(model, frame):
    return (
        pictures.plane(model, frame),
        pictures.neighbourhoods(model, frame, seed=1),
        pictures.profiles(model.profiles, model.preparation.names, model.labels, model.sizes),
        pictures.silhouettes(model, frame, seed=1),
        pictures.sizes_over_time(
            pd.DataFrame({"0": [0.5, 0.4], "1": [0.5, 0.6]}, index=["a", "b"])
        ),
    )


def test_pictures_are_small_pngs_and_the_same_each_time(drawn_from):
    found = draw(*drawn_from)

    for png in found:
        assert png[:8] == b"\x89PNG\r\n\x1a\n"
        assert len(png) < 100_000
        width, height = struct.unpack(">II", png[16:24])
        assert 200 < width < 1500
        assert 100 < height < 1000
    assert found == draw(*drawn_from)


def test_a_cluster_below_the_minimum_leaves_no_trace(drawn_from):
    model, frame = drawn_from
    relabelled = replace(model, labels=("x", "y", "z"))

    assert pictures.plane(model, frame, minimum=301) == pictures.plane(
        relabelled, frame, minimum=301
    )
    assert pictures.silhouettes(model, frame, seed=1, minimum=301) == pictures.silhouettes(
        relabelled, frame, seed=1, minimum=301
    )


def test_a_dot_stands_for_as_many_customers_as_the_minimum():
    points = np.random.default_rng(1).normal(size=(500, 3)).astype(np.float32)

    dots, sizes = pictures._dots(points, seed=1, minimum=10)

    assert len(dots) == len(sizes) > 5
    assert sizes.min() >= 10


def test_pictures_of_nearly_nobody_can_be_drawn(drawn_from):
    model, frame = drawn_from

    assert all(draw(model, frame.iloc[:1]))
