"""The reference channel where two things happen at once, in every order (contract numbers in brackets)."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest

from duckrace.channels import (
    ConcurrentReceiveError,
    DroppedError,
    RecvError,
    RecvTimeoutError,
    SendError,
    TryRecvError,
    TrySendError,
    channel,
    sync_channel,
)

pytestmark = [pytest.mark.duckrace(strategy="dpor"), pytest.mark.unmeasured]


def together(*functions: Any) -> None:
    threads = [Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_last_senders_go_at_once() -> None:
    """(31, 47) The receiver waits, and is told by whichever goes last."""
    tx, rx = channel()
    other = tx.clone()
    told: list[str] = []

    def receive() -> None:
        with pytest.raises(RecvError):
            rx.recv()
        told.append("closed")

    together(receive, tx.drop, other.drop)
    assert told == ["closed"]


def test_a_clone_is_made_while_another_sender_goes() -> None:
    """(27, 48) There is a sender at every moment, so the receiver never sees the end."""
    tx, rx = channel()
    other = tx.clone()
    kept: list[Any] = []
    seen: list[type[Exception]] = []

    def look() -> None:
        try:
            rx.try_recv()
        except TryRecvError as error:
            seen.append(type(error))

    together(lambda: kept.append(tx.clone()), other.drop, look)
    assert seen == [TryRecvError.Empty]


@pytest.mark.parametrize("capacity", [None, 1, 0])
def test_a_send_meets_the_receivers_drop(capacity: int | None) -> None:
    """(17, 21, 50) The message comes back in the error, or was destroyed with the channel: never both, never none."""
    tx, rx = channel() if capacity is None else sync_channel(capacity)
    gone: list[str] = []
    back: list[Any] = []

    class Message:
        def __del__(self) -> None:
            gone.append("destroyed")

    def send() -> None:
        try:
            tx.send(Message())
        except SendError as error:
            back.append(type(error.value))
            assert gone == []

    together(send, rx.drop)
    assert gone == ["destroyed"]
    assert capacity != 0 or back == [Message]


def test_two_tries_never_meet() -> None:
    """(25) Neither waits for the other one."""
    tx, rx = sync_channel(0)

    def send() -> None:
        with pytest.raises(TrySendError.Full):
            tx.try_send(1)

    def receive() -> None:
        with pytest.raises(TryRecvError.Empty):
            rx.try_recv()

    together(send, receive)


def test_two_receives_at_once() -> None:
    """(87) One may be refused; what it did not take, the next one gets."""
    tx, rx = channel()
    taken: list[int] = []

    def receive() -> None:
        try:
            taken.append(rx.recv())
        except ConcurrentReceiveError:
            pass

    def send() -> None:
        tx.send(1)
        tx.send(2)

    together(receive, receive, send)
    while len(taken) < 2:
        taken.append(rx.recv())
    assert sorted(taken) == [1, 2]
    with pytest.raises(TryRecvError.Empty):
        rx.try_recv()


def test_a_handle_is_dropped_under_its_send() -> None:
    """(86) The send that waits on it wakes up with its value."""
    tx, rx = sync_channel(1)
    tx.send("first")
    back: list[Any] = []

    def send() -> None:
        with pytest.raises(DroppedError) as caught:
            tx.send("second")
        back.append(caught.value.value)

    together(send, tx.drop)
    assert back == ["second"]
    assert list(rx) == ["first"]


def test_the_receiver_is_dropped_under_its_recv() -> None:
    """(86) The receive that waits on it wakes up."""
    _tx, rx = channel()
    woken: list[str] = []

    def receive() -> None:
        with pytest.raises(DroppedError):
            rx.recv()
        woken.append("dropped")

    together(receive, rx.drop)
    assert woken == ["dropped"]


def test_a_message_comes_when_the_time_is_over() -> None:
    """(38) It was received, or it is still there."""
    tx, rx = channel()
    taken: list[str] = []

    def receive() -> None:
        try:
            taken.append(rx.recv_timeout(0))
        except RecvTimeoutError.Timeout:
            pass

    together(receive, lambda: tx.send("x"))
    if not taken:
        taken.append(rx.try_recv())
    assert taken == ["x"]


def test_the_last_reference_goes_in_another_thread() -> None:
    """(54, 85) No `drop()` anywhere: the end of a function is enough."""
    tx, rx = sync_channel(1)

    def produce(tx: Any) -> None:
        tx.send(1)

    threads = [Thread(target=produce, args=(tx,)), Thread(target=produce, args=(tx,))]
    del tx
    for thread in threads:
        thread.start()
    assert sorted(rx) == [1, 1]
    for thread in threads:
        thread.join()
