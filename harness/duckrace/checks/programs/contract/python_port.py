"""What Rust has no word for (contract 85-94): handles are dropped in three ways, misused, copied."""

from __future__ import annotations

import copy
import math
import pickle
import sys
from typing import Any, Final

from duckrace.channels import ConcurrentReceiveError, DroppedError, RecvError, SendError

from ._calls import Begun, made, raises
from ._case import BUFFERED, EVERY, case

MESSAGES: Final[tuple[Any, ...]] = (None, 0, "", [], False, ValueError("a message"), StopIteration("a message"))


class Drops:
    """A message that drops a handle when it is destroyed."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    def __del__(self) -> None:
        self._handle.drop()


@case(85, needs="drop")
def three_ways(plugin: Any, capacity: int | None) -> None:
    """drop(), twice, and the end of a with block are the same event"""
    tx, rx = made(plugin, capacity)
    tx.drop()
    tx.drop()
    raises(RecvError, rx.recv)
    tx, rx = made(plugin, capacity)
    with tx:
        pass
    raises(RecvError, rx.recv)
    tx, rx = made(plugin, capacity)
    with rx:
        pass
    raises(SendError, tx.send, 1)


@case(85, needs="drop refcount_drop")
def the_last_reference(plugin: Any, capacity: int | None) -> None:
    """the last reference to a sender closes the channel"""
    tx, rx = made(plugin, capacity)
    receive = Begun(rx.recv)
    del tx
    receive.raised(RecvError)


@case(59, 85, needs="drop")
def used_after_its_drop(plugin: Any, capacity: int | None) -> None:
    """a handle that was dropped raises DroppedError, whatever is asked of it"""
    tx, rx = made(plugin, capacity)
    tx.drop()
    rx.drop()
    raises(DroppedError, tx.send, 1)
    for function in (rx.recv, rx.try_recv, tx.__enter__, rx.__enter__):
        assert isinstance(raises(DroppedError, function), ValueError)


@case(86, needs="drop guarded")
def dropped_under_a_receive(plugin: Any, capacity: int | None) -> None:
    """the drop of a receiver wakes the receive that waits on it"""
    _tx, rx = made(plugin, capacity)
    receive = Begun(rx.recv)
    rx.drop()
    receive.raised(DroppedError)


@case(86, on=(1, 0), needs="drop guarded")
def dropped_under_a_send(plugin: Any, capacity: int) -> None:
    """the drop of a sender wakes the send that waits on it, with its value"""
    tx, _rx = made(plugin, capacity)
    for number in range(capacity):
        tx.send(number)
    waiting = Begun(tx.send, "mine")
    tx.drop()
    assert waiting.raised(DroppedError).value == "mine"


@case(87, needs="guarded")
def one_receive_at_a_time(plugin: Any, capacity: int | None) -> None:
    """a receive while another one waits is refused at once; the first one gets its message"""
    tx, rx = made(plugin, capacity)
    receive = Begun(rx.recv)
    for other in (rx.try_recv, rx.recv):
        Begun(other).raised(ConcurrentReceiveError)
    tx.send("for the first")
    assert receive.returned() == "for the first"


@case(89, on=BUFFERED, needs="drop clone reentrant")
def a_destructor_drops(plugin: Any, capacity: int | None) -> None:
    """a message that drops a sender of its channel when it is destroyed: no deadlock"""
    tx, rx = made(plugin, capacity)
    tx.send(Drops(tx.clone()))
    Begun(rx.drop).returned()
    raises(SendError, tx.send, 1)


@case(90, on=BUFFERED, needs="guarded")
def handles_are_not_copied(plugin: Any, capacity: int | None) -> None:
    """pickle and copy refuse handles, and say what to do instead"""
    for handle, advice in zip(made(plugin, capacity), ("clone()", "move it"), strict=True):
        for function in (pickle.dumps, copy.copy, copy.deepcopy):
            error = raises(TypeError, function, handle)
            assert advice in str(error), f"{function.__name__} says {str(error)!r}, which does not name {advice!r}"


@case(93)
def any_value_is_a_message(plugin: Any, capacity: int | None) -> None:
    """None, falsy values and exceptions are messages"""
    tx, rx = made(plugin, capacity)
    for message in MESSAGES:
        sent = Begun(tx.send, message)
        assert rx.recv() is message
        sent.returned()


@case(93, on=BUFFERED, needs="drop")
def any_value_in_a_loop(plugin: Any, capacity: int | None) -> None:
    """a for loop gets None, falsy values and exceptions, too"""
    tx, rx = made(plugin, capacity)
    taken: list[Any] = []
    loop = Begun(lambda: taken.extend(rx))
    for message in MESSAGES:
        tx.send(message)
    tx.drop()
    loop.returned()
    assert len(taken) == len(MESSAGES)
    assert all(one is other for one, other in zip(taken, MESSAGES, strict=True))


@case(94, on=(1,), needs="validates")
def bounds_are_looked_at(plugin: Any, capacity: int) -> None:
    """bounds that make no sense are refused"""
    raises(TypeError, plugin.sync_channel, 1.5)
    raises(ValueError, plugin.sync_channel, -1)
    raises(OverflowError, plugin.sync_channel, sys.maxsize + 1)


@case(94, on=EVERY, needs="timeouts validates")
def timeouts_are_looked_at(plugin: Any, capacity: int | None) -> None:
    """a timeout that is no number is refused"""
    _tx, rx = made(plugin, capacity)
    raises(ValueError, rx.recv_timeout, math.nan)
