"""What the errors say (contract 60-66, 95): a plug-in raises the errors of ``duckrace.channels``."""

from __future__ import annotations

from typing import Any

from duckrace.channels import (
    ChannelError,
    RecvError,
    RecvTimeoutError,
    SendError,
    SendTimeoutError,
    TryRecvError,
    TrySendError,
)

from ._calls import made, raises
from ._case import BUFFERED, UNBOUNDED, case

SECRET = "do not show me"


def says(error: ChannelError, debug: str, display: str) -> None:
    assert repr(error) == debug, f"repr is {error!r}, not {debug}"
    assert str(error) == display, f"str is {str(error)!r}, not {display!r}"


@case(60, 66, needs="drop")
def send_error(plugin: Any, capacity: int | None) -> None:
    """SendError: its texts, and not its value"""
    tx, rx = made(plugin, capacity)
    rx.drop()
    says(raises(SendError, tx.send, SECRET), "SendError { .. }", "sending on a closed channel")


@case(61, on=(1, 0), needs="try_send drop")
def try_send_error(plugin: Any, capacity: int) -> None:
    """TrySendError: Full, and Disconnected"""
    tx, rx = made(plugin, capacity)
    for number in range(capacity):
        tx.send(number)
    says(raises(TrySendError.Full, tx.try_send, SECRET), "TrySendError::Full(..)", "sending on a full channel")
    rx.drop()
    error = raises(TrySendError.Disconnected, tx.try_send, SECRET)
    says(error, "TrySendError::Disconnected(..)", "sending on a closed channel")


@case(62, needs="drop")
def recv_error(plugin: Any, capacity: int | None) -> None:
    """RecvError"""
    tx, rx = made(plugin, capacity)
    tx.drop()
    says(raises(RecvError, rx.recv), "RecvError", "receiving on a closed channel")


@case(63)
def try_recv_empty(plugin: Any, capacity: int | None) -> None:
    """TryRecvError.Empty"""
    _tx, rx = made(plugin, capacity)
    says(raises(TryRecvError.Empty, rx.try_recv), "Empty", "receiving on an empty channel")


@case(63, needs="drop")
def try_recv_disconnected(plugin: Any, capacity: int | None) -> None:
    """TryRecvError.Disconnected"""
    tx, rx = made(plugin, capacity)
    tx.drop()
    says(raises(TryRecvError.Disconnected, rx.try_recv), "Disconnected", "receiving on a closed channel")


@case(64, needs="timeouts")
def recv_timeout_error(plugin: Any, capacity: int | None) -> None:
    """RecvTimeoutError.Timeout, which is a TimeoutError"""
    _tx, rx = made(plugin, capacity)
    error = raises(RecvTimeoutError.Timeout, rx.recv_timeout, 0.1)
    says(error, "Timeout", "timed out waiting on channel")
    assert isinstance(error, TimeoutError)


@case(65, on=(1, 0), needs="timeouts drop")
def send_timeout_error(plugin: Any, capacity: int) -> None:
    """SendTimeoutError: Timeout, and Disconnected"""
    tx, rx = made(plugin, capacity)
    for number in range(capacity):
        tx.send(number)
    error = raises(SendTimeoutError.Timeout, tx.send_timeout, SECRET, 0.1)
    says(error, '"SendTimeoutError(..)"', "timed out waiting on send operation")
    rx.drop()
    gone = raises(SendTimeoutError.Disconnected, tx.send_timeout, SECRET, 0.1)
    says(gone, '"SendTimeoutError(..)"', "sending on a disconnected channel")


@case(66, 95, on=BUFFERED, needs="drop")
def values_compare(plugin: Any, capacity: int | None) -> None:
    """errors compare by type and value, and can be hashed"""
    tx, rx = made(plugin, capacity)
    rx.drop()
    first, again, other = (raises(SendError, tx.send, value) for value in (1, 1, 2))
    assert first == again
    assert first != other
    assert len({first, again, other}) == 2


@case(95, on=(UNBOUNDED,), needs="drop refcount_drop")
def an_error_holds_no_handle(plugin: Any, capacity: int | None) -> None:
    """an error that was caught keeps no handle alive"""
    tx, rx = made(plugin, capacity)
    error = raises(TryRecvError.Empty, rx.try_recv)
    del tx
    raises(RecvError, rx.recv)
    assert isinstance(error, ChannelError)
