"""Looking at a channel from outside: who holds a handle?"""

import gc
import weakref

from duckrace.channels import channel, handle_core, living_handles, sync_channel


def test_living_handles_and_their_roles():
    tx, rx = channel()
    clone = tx.clone()
    assert living_handles(rx) == [("sender", tx), ("receiver", rx), ("sender", clone)]
    tx.drop()
    assert living_handles(rx) == [("receiver", rx), ("sender", clone)]
    del clone
    assert living_handles(tx) == [("receiver", rx)]


def test_one_core_per_channel():
    tx, rx = channel()
    other, _ = sync_channel(1)
    assert handle_core(tx) is handle_core(rx) is handle_core(tx.clone())
    assert handle_core(other) is not handle_core(tx)


def test_the_core_keeps_no_handle_alive():
    tx, rx = channel()
    core = handle_core(tx)
    references = [weakref.ref(tx), weakref.ref(rx)]
    gc.disable()
    try:
        del tx, rx
        assert [reference() for reference in references] == [None, None]
        assert core.handles() == []
    finally:
        gc.enable()


def test_it_works_while_somebody_is_inside():
    tx, rx = channel()
    with handle_core(tx).lock:
        assert living_handles(tx) == [("sender", tx), ("receiver", rx)]
