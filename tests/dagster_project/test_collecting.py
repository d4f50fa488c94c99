import gc

import pytest

from dagster_project.collecting import what_lasts


def test_what_lasts_is_walked_neither_while_it_is_made_nor_later():
    before = gc.get_freeze_count()
    with what_lasts():
        assert not gc.isenabled()
        made = [[number] for number in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() - before > len(made)


def test_a_failure_leaves_the_collector_as_it_was():
    with pytest.raises(ValueError, match="broken"), what_lasts():
        raise ValueError("broken")
    assert gc.isenabled()


def test_a_process_that_collects_nothing_goes_on_so():
    gc.disable()
    try:
        with what_lasts():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
