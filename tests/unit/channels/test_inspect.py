"""Looking at a channel from outside: who holds a handle?"""

import gc

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


def test_nothing_in_the_core_refers_to_a_handle():
    tx, rx = channel()
    clone = tx.clone()
    tx.send(1)
    seen, todo = set(), [handle_core(tx)]
    while todo:
        thing = todo.pop()
        if (id(thing) not in seen and type(thing).__module__ not in ("builtins", "types")) or type(thing) in (
            dict,
            list,
            tuple,
        ):
            seen.add(id(thing))
            assert all(thing is not handle for handle in (tx, rx, clone))
            if not isinstance(thing, type) and len(seen) < 2000:
                todo += [
                    each for each in gc.get_referents(thing) if id(each) not in seen and not isinstance(each, type)
                ]


def test_it_works_while_somebody_is_inside():
    tx, rx = channel()
    with handle_core(tx).lock:
        assert living_handles(tx) == [("sender", tx), ("receiver", rx)]
