"""Types and construction (contract 1-9, 68)."""

from __future__ import annotations

import sys
from threading import Thread
from typing import Any

from duckrace.channels import RecvError

from ._calls import Begun, made, raises, sending
from ._case import BUFFERED, RENDEZVOUS, UNBOUNDED, case


@case(1, 16, on=(UNBOUNDED,))
def sends_never_wait(plugin: Any, capacity: int | None) -> None:
    """channel(): 50 sends with nobody who receives"""
    tx, rx = made(plugin, capacity)
    sent = sending(tx, *range(50))
    assert not sent.blocked, "a send blocks, though the channel is unbounded"
    sent.returned()
    assert [rx.recv() for _ in range(50)] == list(range(50))


@case(2, on=(1, 2, 5))
def the_bound_is_exact(plugin: Any, capacity: int) -> None:
    """as many sends as the bound return, the next one blocks until there is room"""
    tx, rx = made(plugin, capacity)
    for number in range(capacity):
        assert not Begun(tx.send, number).blocked, f"send {number + 1} blocks, though the bound is {capacity}"
    more = Begun(tx.send, capacity)
    assert more.blocked, f"send {capacity + 1} returned, though the bound is {capacity}"
    assert rx.recv() == 0
    more.returned()


@case(3, on=(RENDEZVOUS,))
def no_buffer(plugin: Any, capacity: int) -> None:
    """sync_channel(0): a send waits for a receive"""
    tx, rx = made(plugin, capacity)
    sent = Begun(tx.send, "hello")
    assert sent.blocked, "send returned, though nobody receives and there is no buffer"
    assert rx.recv() == "hello"
    sent.returned()


@case(4, on=(1,), needs="validates")
def impossible_bound(plugin: Any, capacity: int) -> None:
    """a bound that no buffer can have is refused"""
    assert str(raises(OverflowError, plugin.sync_channel, sys.maxsize + 1)) == "capacity overflow"


@case(5, needs="clone")
def only_senders_are_cloned(plugin: Any, capacity: int | None) -> None:
    """a sender has a clone(), a receiver has none"""
    tx, rx = made(plugin, capacity)
    if "mpmc" not in plugin.capabilities:
        assert not hasattr(rx, "clone"), "the receiver has a clone()"
    sent = Begun(tx.clone().send, 1)
    assert rx.recv() == 1
    sent.returned()


@case(6)
def one_sender_many_threads(plugin: Any, capacity: int | None) -> None:
    """two threads send with one handle at once"""
    tx, rx = made(plugin, capacity)
    threads = [Thread(target=tx.send, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    assert sorted([rx.recv(), rx.recv()]) == [1, 2]
    for thread in threads:
        thread.join()


@case(7)
def the_receiver_moves(plugin: Any, capacity: int | None) -> None:
    """the receiver is used by one thread after another"""
    tx, rx = made(plugin, capacity)
    for number in (1, 2):
        receive = Begun(rx.recv)
        tx.send(number)
        assert receive.returned() == number


@case(9, on=BUFFERED, needs="repr")
def debug_text(plugin: Any, capacity: int | None) -> None:
    """handles print as Rust's Debug does"""
    tx, rx = made(plugin, capacity)
    assert repr(tx) == ("Sender { .. }" if capacity is None else "SyncSender { .. }")
    assert repr(rx) == "Receiver { .. }"


@case(68, needs="drop")
def used_once(plugin: Any, capacity: int | None) -> None:
    """one message, and the channel is closed"""
    tx, rx = made(plugin, capacity)
    sent = Begun(tx.send, "once")
    assert rx.recv() == "once"
    sent.returned()
    tx.drop()
    raises(RecvError, rx.recv)
