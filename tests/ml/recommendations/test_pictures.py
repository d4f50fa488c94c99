import struct

import pandas as pd

from ml.recommendations import pictures

TABLE = pd.DataFrame(
    {
        "recall_at_10": [0.1, 0.3, 0.2],
        "recall_at_10_low": [0.05, 0.25, 0.15],
        "recall_at_10_high": [0.15, 0.35, 0.25],
    },
    index=["popular", "hybrid", "als"],
)


def test_recalls_are_a_small_png_whatever_the_order_of_the_models():
    drawn = pictures.recalls(TABLE, {"hybrid"})

    assert drawn == pictures.recalls(TABLE.iloc[::-1], {"hybrid"})
    assert drawn != pictures.recalls(TABLE, {"als"})
    assert len(drawn) < 100_000
    width, height = struct.unpack(">II", drawn[16:24])
    assert 200 < width < 1500
    assert 100 < height < 1000
