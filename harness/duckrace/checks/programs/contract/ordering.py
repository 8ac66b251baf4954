"""Which message comes when, and that each comes once (contract 10-15)."""

from __future__ import annotations

from threading import Thread
from typing import Any

from duckrace.channels import SendError, TryRecvError, TrySendError

from ._calls import Begun, made, raises, sending
from ._case import BUFFERED, RENDEZVOUS, case


@case(10)
def in_the_order_of_the_sends(plugin: Any, capacity: int | None) -> None:
    """five messages of one sender arrive in their order"""
    tx, rx = made(plugin, capacity)
    sent = sending(tx, *range(5))
    taken = [rx.recv() for _ in range(5)]
    assert taken == list(range(5)), f"received {taken}"
    sent.returned()


@case(11, on=BUFFERED, needs="clone")
def between_senders(plugin: Any, capacity: int | None) -> None:
    """a send that returned before another one began is received first"""
    tx, rx = made(plugin, capacity)
    other = tx.clone()
    tx.send("first")
    other.send("second")
    taken = [rx.recv(), rx.recv()]
    assert taken == ["first", "second"], f"received {taken}"


@case(12)
def exactly_once(plugin: Any, capacity: int | None) -> None:
    """what two threads send arrives, each message once"""
    tx, rx = made(plugin, capacity)
    threads = [Thread(target=_two, args=(tx, number)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    taken = [rx.recv() for _ in range(4)]
    assert sorted(taken) == ["1a", "1b", "2a", "2b"], f"received {taken}"
    for thread in threads:
        thread.join()
    raises(TryRecvError.Empty, rx.try_recv)


@case(12, on=(1, RENDEZVOUS), needs="try_send")
def refused_values_never_arrive(plugin: Any, capacity: int) -> None:
    """the value of a try_send that was refused is not delivered"""
    tx, rx = made(plugin, capacity)
    for number in range(capacity):
        tx.send(number)
    raises(TrySendError.Full, tx.try_send, "refused")
    assert [rx.recv() for _ in range(capacity)] == list(range(capacity))
    raises(TryRecvError.Empty, rx.try_recv)


@case(14, on=(RENDEZVOUS,), needs="clone")
def blocked_senders_in_their_order(plugin: Any, capacity: int) -> None:
    """three senders that wait are served first come, first served"""
    tx, rx = made(plugin, capacity)
    waiting = [Begun(tx.clone().send, number) for number in range(3)]
    taken = [rx.recv() for _ in waiting]
    assert taken == [0, 1, 2], f"received {taken}"
    for sent in waiting:
        sent.returned()


@case(17, needs="drop")
def the_value_comes_back(plugin: Any, capacity: int | None) -> None:
    """a send without a receiver raises SendError with the value itself"""
    tx, rx = made(plugin, capacity)
    value = object()
    rx.drop()
    error = raises(SendError, tx.send, value)
    assert error.value is value, f"SendError.value is {error.value!r}, not the value that was sent"


def _two(tx: Any, number: int) -> None:
    tx.send(f"{number}a")
    tx.send(f"{number}b")
