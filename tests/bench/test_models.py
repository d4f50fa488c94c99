import pytest

from bench import models


@pytest.mark.slow
def test_every_part_of_the_bench_of_models_gives_its_figures(monkeypatch):
    monkeypatch.setattr(models, "PEOPLE", 300)
    monkeypatch.setattr(models, "PRODUCTS", 60)
    monkeypatch.setattr(models, "PAIRS", 1)

    found = {name: part(2_000) for name, part in models.PARTS.items()}

    assert found["als"]["ours"] > 0 < found["als"]["bare"]
    assert found["scoring"]["customers"] == 300
    assert found["clusters"]["customers"] == 2_000
    number = int(found["clusters"]["chosen"].rsplit("k=", 1)[1])
    assert number in (models.GROUPS - 1, models.GROUPS)  # two of those planted lie close
