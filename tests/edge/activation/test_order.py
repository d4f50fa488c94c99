from itertools import product

import numpy as np
import pytest

from tests.edge.activation.receiver import Shop

CUSTOMERS = tuple(f"c{n:02}" for n in range(50))
SEGMENTS = tuple(f"s{n:02}" for n in range(40))


@pytest.mark.parametrize("batch_rows", [1, 50])
def test_fifty_customers_with_forty_changes_and_scripted_answers_keep_their_order(
    tmp_path, batch_rows
):
    random = np.random.default_rng(5)
    shop = Shop(tmp_path, CUSTOMERS, segments=SEGMENTS)
    shop.receiver.batch_rows = batch_rows
    shop.members = set(product(SEGMENTS, CUSTOMERS))
    scripts = {
        member: random.choice([400, 429, 500], size=random.integers(1, 3)).tolist()
        for member in sorted(shop.members)
        if random.random() < 0.05
    }
    shop.receiver.codes = {member: list(codes) for member, codes in scripts.items()}
    refused = {member for member, codes in scripts.items() if 400 in codes}
    for _ in range(12):
        if shop.sync(patience_seconds=300.0).succeeded:
            break

    assert set(shop.receiver.members) == shop.members - refused
    for customer in CUSTOMERS:
        applied = [x.segment for x in shop.receiver.effects if x.customer_id == customer]
        assert applied == sorted(applied)
        assert len(applied) == len(set(applied))
    assert len({row.key for batch in shop.receiver.batches for row in batch}) == len(shop.members)
