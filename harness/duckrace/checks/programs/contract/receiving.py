"""What receives do (contract 29-46)."""

from __future__ import annotations

import math
import time
from typing import Any

from duckrace.channels import RecvError, RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError

from ._calls import LONG, Begun, made, raises, sending
from ._case import BUFFERED, RENDEZVOUS, UNBOUNDED, case


@case(29)
def recv_waits_for_a_message(plugin: Any, capacity: int | None) -> None:
    """recv blocks while a sender lives and nothing was sent, and returns what comes"""
    tx, rx = made(plugin, capacity)
    receive = Begun(rx.recv)
    assert receive.blocked, "recv returned, though nothing was sent"
    tx.send("at last")
    assert receive.returned() == "at last"


@case(29, on=BUFFERED)
def recv_at_once(plugin: Any, capacity: int | None) -> None:
    """recv of a buffered message does not wait"""
    tx, rx = made(plugin, capacity)
    tx.send("here")
    began = time.monotonic()
    assert rx.recv() == "here"
    assert time.monotonic() == began, "recv waited, though there was a message"


@case(30, 51, on=BUFFERED, needs="drop")
def drained_first(plugin: Any, capacity: int | None) -> None:
    """what was sent before the last sender went is received, then the channel is closed"""
    tx, rx = made(plugin, capacity)
    tx.send(1)
    tx.send(2)
    tx.drop()
    assert rx.recv() == 1
    assert rx.try_recv() == 2
    raises(RecvError, rx.recv)


@case(30, on=BUFFERED, needs="drop timeouts")
def drained_first_with_a_timeout(plugin: Any, capacity: int | None) -> None:
    """recv_timeout drains a closed channel, too"""
    tx, rx = made(plugin, capacity)
    tx.send(1)
    tx.drop()
    assert rx.recv_timeout(1.0) == 1
    raises(RecvTimeoutError.Disconnected, rx.recv_timeout, 1.0)


@case(31, needs="drop")
def the_last_drop_wakes(plugin: Any, capacity: int | None) -> None:
    """a recv that waits is told that the last sender goes; the next one is told at once"""
    tx, rx = made(plugin, capacity)
    receive = Begun(rx.recv)
    assert receive.blocked, "recv returned, though nothing was sent"
    tx.drop()
    receive.raised(RecvError)
    Begun(rx.recv).raised(RecvError)


@case(32, on=BUFFERED)
def try_recv_says_empty(plugin: Any, capacity: int | None) -> None:
    """try_recv: Empty, the message, Empty"""
    tx, rx = made(plugin, capacity)
    raises(TryRecvError.Empty, rx.try_recv)
    tx.send("x")
    assert rx.try_recv() == "x"
    raises(TryRecvError.Empty, rx.try_recv)


@case(32, needs="drop")
def try_recv_says_disconnected(plugin: Any, capacity: int | None) -> None:
    """try_recv without senders: Disconnected, as often as it is asked"""
    tx, rx = made(plugin, capacity)
    tx.drop()
    for _ in range(3):
        raises(TryRecvError.Disconnected, rx.try_recv)


@case(33, on=(RENDEZVOUS,))
def try_recv_meets_a_sender(plugin: Any, capacity: int) -> None:
    """try_recv takes the message of a send that waits"""
    tx, rx = made(plugin, capacity)
    raises(TryRecvError.Empty, rx.try_recv)
    sent = Begun(tx.send, "mine")
    assert rx.try_recv() == "mine"
    sent.returned()


@case(34, needs="timeouts")
def recv_timeout_takes_a_message(plugin: Any, capacity: int | None) -> None:
    """recv_timeout returns a message that comes in time"""
    tx, rx = made(plugin, capacity)
    receive = Begun(rx.recv_timeout, 1.0)
    assert receive.blocked, "recv_timeout returned, though nothing was sent and its time is not over"
    tx.send("in time")
    assert receive.returned() == "in time"


@case(35, on=BUFFERED, needs="timeouts")
def no_time_and_a_message(plugin: Any, capacity: int | None) -> None:
    """recv_timeout(0) and a negative timeout return a message that is there"""
    tx, rx = made(plugin, capacity)
    tx.send(1)
    tx.send(2)
    assert rx.recv_timeout(0) == 1
    assert rx.recv_timeout(-1) == 2


@case(36, needs="timeouts")
def no_time_and_no_message(plugin: Any, capacity: int | None) -> None:
    """recv_timeout(0) without a message: Timeout at once"""
    _tx, rx = made(plugin, capacity)
    began = time.monotonic()
    raises(RecvTimeoutError.Timeout, rx.recv_timeout, 0)
    assert time.monotonic() == began, "recv_timeout(0) waited"


@case(36, needs="timeouts drop")
def no_time_and_no_sender(plugin: Any, capacity: int | None) -> None:
    """recv_timeout(0) without message and sender: Disconnected"""
    tx, rx = made(plugin, capacity)
    tx.drop()
    raises(RecvTimeoutError.Disconnected, rx.recv_timeout, 0)


@case(34, 37, needs="timeouts")
def never_early(plugin: Any, capacity: int | None) -> None:
    """recv_timeout(1.5) says Timeout, and not before 1.5 s have passed"""
    _tx, rx = made(plugin, capacity)
    began = time.monotonic()
    raises(RecvTimeoutError.Timeout, rx.recv_timeout, 1.5)
    passed = time.monotonic() - began
    assert passed >= 1.5, f"it timed out after {passed:g} s"


@case(39, needs="timeouts clone drop")
def a_wake_up_is_no_new_start(plugin: Any, capacity: int | None) -> None:
    """clones that go while recv_timeout(1.0) waits do not make it wait longer"""
    tx, rx = made(plugin, capacity)
    clones = [tx.clone() for _ in range(3)]
    began = time.monotonic()
    receive = Begun(rx.recv_timeout, 1.0)
    for clone in clones:
        time.sleep(0.3)
        clone.drop()
    time.sleep(0.3)
    receive.raised(RecvTimeoutError.Timeout)
    assert time.monotonic() < began + 1.3, "every wake-up has begun the time anew"


@case(39, on=(1,), needs="timeouts try_send")
def stolen_room_is_no_new_start(plugin: Any, capacity: int) -> None:
    """room that others take first does not make send_timeout(1.0) wait longer"""
    tx, rx = made(plugin, capacity)
    tx.send(0)
    waiting = Begun(tx.send_timeout, "late", 1.0)
    for number in range(1, 4):
        time.sleep(0.3)
        rx.recv()
        try:
            tx.try_send(number)
        except TrySendError.Full:
            break  # it was quicker, and has sent
    time.sleep(0.3)
    assert not waiting.blocked, "send_timeout(1.0) still waits after 1.2 s: every wake-up has begun its time anew"
    if waiting.error is not None:
        waiting.raised(SendTimeoutError.Timeout)


@case(40, needs="timeouts")
def for_ever(plugin: Any, capacity: int | None) -> None:
    """a huge timeout waits, and is no error"""
    tx, rx = made(plugin, capacity)
    for seconds in (1e300, math.inf):
        receive = Begun(rx.recv_timeout, seconds)
        assert receive.blocked, f"recv_timeout({seconds}) returned"
        tx.send("x")
        assert receive.returned() == "x"


@case(41, needs="timeouts drop")
def closed_before_the_deadline(plugin: Any, capacity: int | None) -> None:
    """recv_timeout is told at once that the last sender goes"""
    tx, rx = made(plugin, capacity)
    receive = Begun(rx.recv_timeout, LONG)
    began = time.monotonic()
    tx.drop()
    receive.raised(RecvTimeoutError.Disconnected)
    assert time.monotonic() < began + 1.0, "it waited for its time to end"


@case(43, on=(UNBOUNDED, 2), needs="drop")
def iteration_ends(plugin: Any, capacity: int | None) -> None:
    """a for loop over the receiver gets every message and ends with the last sender"""
    tx, rx = made(plugin, capacity)
    taken: list[Any] = []
    loop = Begun(lambda: taken.extend(rx))
    sending(tx, 1, 2, 3).returned()
    assert loop.blocked, "the loop ended, though a sender lives"
    tx.drop()
    loop.returned()
    assert taken == [1, 2, 3], f"the loop took {taken}"


@case(44, on=BUFFERED)
def a_loop_borrows(plugin: Any, capacity: int | None) -> None:
    """after break the receiver is alive"""
    tx, rx = made(plugin, capacity)
    tx.send(1)
    for value in rx:
        assert value == 1
        break
    tx.send(2)
    assert rx.recv() == 2


@case(45, on=BUFFERED, needs="try_iter drop")
def try_iter_never_blocks(plugin: Any, capacity: int | None) -> None:
    """try_iter ends when nothing is there, and goes on when something is"""
    tx, rx = made(plugin, capacity)
    found = rx.try_iter()
    assert list(found) == []
    tx.send(1)
    assert next(found) == 1
    tx.drop()
    assert list(found) == []


@case(46, needs="drop")
def the_end_is_the_end(plugin: Any, capacity: int | None) -> None:
    """an iterator that has ended stays ended"""
    tx, rx = made(plugin, capacity)
    tx.drop()
    items = iter(rx)
    for _ in range(2):
        assert next(items, "the end") == "the end"
