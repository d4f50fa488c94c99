import numpy as np

from edge.simulator import chance


def test_a_stream_depends_on_its_path_only():
    first = chance.generator(1, 2, 3).random(4)
    assert (first == chance.generator(1, 2, 3).random(4)).all()
    assert (first != chance.generator(1, 2, 4).random(4)).all()
    assert (first != chance.generator(2, 2, 3).random(4)).all()


def test_hashed_shares_are_even():
    shares = chance.share(chance.mixed(1, 1, np.arange(100_000)))
    counts = np.histogram(shares, bins=10, range=(0, 1))[0]
    assert counts.min() > 9_500  # 10,000 expected, five standard deviations are about 475
    assert 0 <= shares.min() <= shares.max() < 1


def test_ranks_count_within_each_group():
    group = np.array([0, 0, 0, 2, 2])
    key = np.array([0.5, 0.1, 0.9, 0.2, 0.1])
    assert chance.ranks(group, key).tolist() == [1, 0, 2, 1, 0]
    assert chance.ranks(group[:0], key[:0]).tolist() == []


def test_earlier_flags_are_counted_within_each_group():
    group = np.array([0, 0, 0, 5, 5])
    flags = np.array([True, False, True, True, False])
    assert chance.earlier(group, flags).tolist() == [0, 1, 1, 0, 1]
    assert chance.earlier(group[:0], flags[:0]).tolist() == []
