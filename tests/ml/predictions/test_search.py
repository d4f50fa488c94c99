import pytest

from ml.predictions import fitting, search
from ml.predictions.model import KINDS
from ml.predictions.search import Tried


def steep(settings):
    """The loss of settings whose every number would best be as small as can be."""
    return float(sum(settings.values()))


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_trial_is_the_default_and_the_best_is_never_worse(kind):
    tried = search.search(kind, steep, trials=5, seed=1)

    assert len(tried) == 5
    assert tried[0].settings == {name: fitting.DEFAULTS[kind][name] for name in search.NAMES[kind]}
    assert search.best(tried).loss < tried[0].loss
    assert len({tuple(one.settings.values()) for one in tried}) == 5


def test_the_same_seed_tries_the_same_and_another_seed_something_else():
    first, again, other = (
        search.search("boosting", steep, trials=4, seed=seed) for seed in (1, 1, 2)
    )

    assert first == again
    assert first[1:] != other[1:]


def test_of_equals_the_default_is_kept():
    tried = search.search("forest", lambda _: 1.0, trials=3, seed=1)

    assert search.best(tried) == Tried(tried[0].settings, 1.0)


def test_no_trial_is_refused():
    with pytest.raises(ValueError, match="at least 1 trial needed, got 0"):
        search.search("logistic", steep, trials=0, seed=1)
