"""What sends do (contract 18-27)."""

from __future__ import annotations

import time
from typing import Any

from duckrace.channels import RecvError, SendError, SendTimeoutError, TryRecvError, TrySendError

from ._calls import Begun, made, raises, sending
from ._case import RENDEZVOUS, case


@case(18, on=(1, 2))
def room_wakes(plugin: Any, capacity: int) -> None:
    """a send that waits for room returns when there is some"""
    tx, rx = made(plugin, capacity)
    sending(tx, *range(capacity)).returned()
    waiting = Begun(tx.send, "last")
    assert waiting.blocked, "send returned, though the channel is full"
    assert rx.recv() == 0
    waiting.returned()


@case(18, on=(1, 2), needs="drop")
def the_receivers_drop_wakes(plugin: Any, capacity: int) -> None:
    """a send that waits for room is told that the receiver goes"""
    tx, rx = made(plugin, capacity)
    sending(tx, *range(capacity)).returned()
    waiting = Begun(tx.send, "last")
    rx.drop()
    assert waiting.raised(SendError).value == "last"


@case(20, on=(RENDEZVOUS,))
def the_receiver_has_it(plugin: Any, capacity: int) -> None:
    """each of three sends returns after its message was received, and not before"""
    tx, rx = made(plugin, capacity)
    for number in range(3):
        sent = Begun(tx.send, number)
        assert sent.blocked, f"send({number}) returned, though nobody has received it"
        assert rx.recv() == number
        sent.returned()


@case(21, on=(RENDEZVOUS,), needs="drop")
def a_waiting_send_without_receiver(plugin: Any, capacity: int) -> None:
    """a send that waits for a receive is told that the receiver goes"""
    tx, rx = made(plugin, capacity)
    waiting = Begun(tx.send, "mine")
    assert waiting.blocked, "send returned, though nobody receives"
    rx.drop()
    assert waiting.raised(SendError).value == "mine"


@case(22, on=(1, 2), needs="try_send")
def try_send_says_full(plugin: Any, capacity: int) -> None:
    """try_send: room, then Full with the value"""
    tx, rx = made(plugin, capacity)
    for number in range(capacity):
        tried = Begun(tx.try_send, number)
        assert not tried.blocked, "try_send blocks"
        tried.returned()
    tried = Begun(tx.try_send, "more")
    assert not tried.blocked, "try_send blocks"
    assert tried.raised(TrySendError.Full).value == "more"
    assert rx.recv() == 0
    tx.try_send("more")


@case(22, on=(1, RENDEZVOUS), needs="try_send drop")
def try_send_says_disconnected(plugin: Any, capacity: int) -> None:
    """try_send without a receiver: Disconnected with the value"""
    tx, rx = made(plugin, capacity)
    rx.drop()
    assert raises(TrySendError.Disconnected, tx.try_send, "late").value == "late"


@case(23, on=(1, 2), needs="try_send drop")
def full_and_disconnected(plugin: Any, capacity: int) -> None:
    """a channel that was full when its receiver went is Disconnected, not Full"""
    tx, rx = made(plugin, capacity)
    sending(tx, *range(capacity)).returned()
    rx.drop()
    raises(TrySendError.Disconnected, tx.try_send, "late")


@case(24, on=(RENDEZVOUS,), needs="try_send")
def only_a_waiting_receiver(plugin: Any, capacity: int) -> None:
    """try_send is Full without a receiver that waits, and arrives with one"""
    tx, rx = made(plugin, capacity)
    raises(TrySendError.Full, tx.try_send, "too soon")
    receive = Begun(rx.recv)
    assert receive.blocked, "recv returned, though nothing was sent"
    tx.try_send("now")
    assert receive.returned() == "now"


@case(25, on=(RENDEZVOUS,), needs="try_send")
def two_tries_never_meet(plugin: Any, capacity: int) -> None:
    """try_send and try_recv at once: Full and Empty"""
    tx, rx = made(plugin, capacity)
    tried = Begun(rx.try_recv)
    raises(TrySendError.Full, tx.try_send, "nobody waits")
    tried.raised(TryRecvError.Empty)


@case(26, 37, on=(1, RENDEZVOUS), needs="timeouts")
def send_timeout_gives_up(plugin: Any, capacity: int) -> None:
    """send_timeout: Timeout with the value, not before its time; the message never arrives"""
    tx, rx = made(plugin, capacity)
    for number in range(capacity):
        tx.send_timeout(number, 1.0)
    began = time.monotonic()
    assert raises(SendTimeoutError.Timeout, tx.send_timeout, "late", 1.5).value == "late"
    assert time.monotonic() >= began + 1.5, "it timed out early"
    assert [rx.recv() for _ in range(capacity)] == list(range(capacity))
    raises(TryRecvError.Empty, rx.try_recv)


@case(26, on=(1, RENDEZVOUS), needs="timeouts drop")
def send_timeout_without_receiver(plugin: Any, capacity: int) -> None:
    """send_timeout without a receiver: Disconnected with the value"""
    tx, rx = made(plugin, capacity)
    rx.drop()
    assert raises(SendTimeoutError.Disconnected, tx.send_timeout, "late", 1.0).value == "late"


@case(27, needs="clone drop")
def a_clone_is_a_sender_more(plugin: Any, capacity: int | None) -> None:
    """a clone keeps the channel open after the original went"""
    tx, rx = made(plugin, capacity)
    other = tx.clone()
    tx.drop()
    raises(TryRecvError.Empty, rx.try_recv)
    sent = Begun(other.send, "alive")
    assert rx.recv() == "alive"
    sent.returned()
    other.drop()
    raises(RecvError, rx.recv)
