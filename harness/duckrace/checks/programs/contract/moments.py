"""Two things at the same moment (contract 18, 26, 34, 86, 87): either may be first, and the call must say which was.

Time-outs run out at a moment of simulated time, and a thread that sleeps just as long wakes at the same one; what comes
first is then the schedule's choice. These races are small, and a channel that decides twice loses a message there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread
from typing import Any, Final

from duckrace.channels import (
    ConcurrentReceiveError,
    DroppedError,
    RecvTimeoutError,
    SendTimeoutError,
    TryRecvError,
    TrySendError,
)

from ._calls import Begun, made, rest
from ._case import EVERY, RENDEZVOUS, case

MOMENT: Final = 1.0  # seconds: when it happens


def at_once(*functions: Callable[[], object]) -> None:
    """Call them in threads that begin at the same moment, and rest long enough for all that they wait for."""
    for function in functions:
        Thread(target=function, name=function.__name__, daemon=True).start()
    time.sleep(2 * MOMENT)


@case(26, on=(RENDEZVOUS,), needs="timeouts")
def taken_or_withdrawn(plugin: Any, capacity: int) -> None:
    """a send_timeout that ends as a receive comes: its message is taken, or withdrawn, and it says which"""
    tx, rx = made(plugin, capacity)
    came: dict[str, object] = {}

    def send() -> None:
        try:
            tx.send_timeout("the message", MOMENT)
            came["send"] = "returned"
        except SendTimeoutError.Timeout:
            came["send"] = "timed out"

    def receive() -> None:
        time.sleep(MOMENT)
        try:
            came["receive"] = rx.try_recv()
        except TryRecvError.Empty:
            came["receive"] = "found nothing"

    at_once(send, receive)
    assert came in (
        {"send": "returned", "receive": "the message"},
        {"send": "timed out", "receive": "found nothing"},
    ), f"the send {came.get('send', 'blocks')}, the receive came to {came.get('receive', 'nothing')!r}"


@case(34, on=EVERY, needs="timeouts try_send")
def received_or_left(plugin: Any, capacity: int | None) -> None:
    """a recv_timeout that ends as a send comes: it has the message, or leaves it to the next one"""
    tx, rx = made(plugin, capacity)
    came: dict[str, object] = {}

    def receive() -> None:
        try:
            came["receive"] = rx.recv_timeout(MOMENT)
        except RecvTimeoutError.Timeout:
            came["receive"] = "timed out"

    def send() -> None:
        time.sleep(MOMENT)
        try:
            (tx.send if capacity is None else tx.try_send)("the message")
            came["send"] = "returned"
        except TrySendError.Full:
            came["send"] = "found no receive"

    at_once(receive, send)
    if capacity != RENDEZVOUS and came["receive"] == "timed out":
        came["receive"] = rx.try_recv()
    assert came in (
        {"send": "returned", "receive": "the message"},
        {"send": "found no receive", "receive": "timed out"} if capacity == RENDEZVOUS else None,
    ), f"the send {came.get('send', 'blocks')}, the receive {came.get('receive', 'blocks')}"


@case(18, on=(1,), needs="timeouts clone")
def room_for_the_next(plugin: Any, capacity: int) -> None:
    """of two senders that wait one times out as a receive makes room: one of them sends, and nobody waits in vain"""
    tx, rx = made(plugin, capacity)
    other = tx.clone()
    tx.send("in the way")
    came: list[str] = []

    def first() -> None:
        try:
            tx.send_timeout("of the first", MOMENT)
            came.append("of the first")
        except SendTimeoutError.Timeout:
            pass

    def second() -> None:
        other.send("of the second")
        came.append("of the second")

    def receive() -> None:
        time.sleep(MOMENT)
        rx.recv()

    at_once(first, second, receive)
    assert len(came) == 1, f"there is room for one message, and these sends have returned: {came}"
    assert rx.recv() == came[0]
    if came[0] == "of the first":
        assert rx.recv() == "of the second"


@case(86, on=(1,), needs="drop guarded clone")
def left_to_the_next(plugin: Any, capacity: int) -> None:
    """of two senders that wait one is dropped as a receive makes room: if it does not send, the other one does"""
    tx, rx = made(plugin, capacity)
    other = tx.clone()
    tx.send("in the way")
    first = Begun(tx.send, "of the first")
    second = Begun(other.send, "of the second")
    assert rx.recv() == "in the way"
    tx.drop()
    rest()
    if first.error is None:
        first.returned()
        assert rx.recv() == "of the first"
    else:
        first.raised(DroppedError)
    second.returned()
    assert rx.recv() == "of the second"


@case(87, needs="guarded")
def two_receives_at_once(plugin: Any, capacity: int | None) -> None:
    """of two receives that begin at once one waits and gets the message, the other one is refused"""
    tx, rx = made(plugin, capacity)
    came: list[object] = []

    def receive() -> None:
        try:
            came.append(rx.recv())
        except ConcurrentReceiveError:
            came.append("refused")

    at_once(receive, receive)
    assert came == ["refused"], f"both receives began, and these are over: {came}"
    tx.send("for the other")
    rest()
    assert came == ["refused", "for the other"], f"the receives came to {came}"
