"""Handles that go, in every way, and what their peers must see (contract 17-23, 30-32, 36, 41, 47-49, 54, 85).

A handle goes by ``drop()``, at the end of its ``with`` block, by ``del`` of its last reference, at the end of the
function of its thread, or with a thread that dies of an exception. Where it goes before the end of its thread, the
thread stays alive until its peers have noticed, so that it is this event that they notice and no other.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from duckrace.channels import (
    ChannelError,
    DroppedError,
    RecvError,
    RecvTimeoutError,
    SendError,
    SendTimeoutError,
    TryRecvError,
    TrySendError,
)

from ._tools import Died, clones, made, received

if TYPE_CHECKING:
    from duckrace.plugins import ChannelUnderTest

LONG = 1_000.0  # seconds: nobody waits that long


def letting_go(way: str, held: list[Any], work: Callable[[Any], None], noticed: Event) -> None:
    """Take the handle out of `held`, work with it, and let go of it in this way."""
    handle = held.pop()
    if way == "drop":
        work(handle)
        handle.drop()
        noticed.wait()
    elif way == "with":
        with handle:
            work(handle)
        noticed.wait()
    elif way == "del":
        work(handle)
        del handle
        noticed.wait()
    elif way == "end":
        work(handle)
    elif way == "exception":
        work(handle)
        raise Died
    elif way == "exception in with":
        with handle:
            work(handle)
            raise Died
    else:
        raise ValueError(way)


def last_sender(
    plugin: ChannelUnderTest, capacity: int | None, way: str, senders: int, receiving: str, cloned: bool
) -> None:
    """The channel closes with the last sender, and not before it: the receiver gets every message, then the end."""
    tx, rx = made(plugin, capacity)
    noticed = Event()
    held = [clones(tx, 1, cloned)[0] for _ in range(senders - 1)]
    held.append(tx)
    del tx
    threads = []
    for number in range(senders):
        threads.append(
            Thread(
                target=letting_go,
                args=(way, [held.pop()], lambda tx, number=number: tx.send(number), noticed),
                name=f"sender {number + 1}",
            )
        )
    for thread in threads:
        thread.start()
    messages = list(received(rx, receiving))
    assert sorted(messages) == list(range(senders)), (
        f"closed after the messages {messages}, of {list(range(senders))} (contract 30, 47)"
    )
    _closed(rx)
    noticed.set()
    for thread in threads:
        thread.join()


def _closed(rx: Any) -> None:
    """Disconnected, and that for good (contract 31, 32)."""
    for _ in range(2):
        try:
            raise AssertionError(f"try_recv returned {rx.try_recv()!r} after the end (contract 46)")
        except TryRecvError.Disconnected:
            pass
        try:
            raise AssertionError(f"recv returned {rx.recv()!r} after the end (contract 46)")
        except RecvError:
            pass


def drained(plugin: ChannelUnderTest, capacity: int | None, way: str, receiving: str) -> None:
    """What was sent before the last sender went is received first; then, and only then, the channel is closed."""
    tx, rx = made(plugin, capacity)
    noticed = Event()
    messages = 2 if capacity is None else capacity

    def work(tx: Any) -> None:
        for message in range(messages):
            tx.send(message)

    held = [tx]
    del tx
    thread = Thread(target=letting_go, args=(way, held, work, noticed), name="sender")
    thread.start()
    time.sleep(1)  # by now the sender is gone
    taken = [rx.recv_timeout(0) if receiving == "recv_timeout" else getattr(rx, receiving)() for _ in range(messages)]
    assert taken == list(range(messages)), f"received {taken} (contract 10, 30)"
    _closed(rx)
    noticed.set()
    thread.join()


def some_senders(plugin: ChannelUnderTest, capacity: int | None, way: str, leaving: int) -> None:
    """Senders go while one is left: nobody can tell (contract 48)."""
    tx, rx = made(plugin, capacity)
    noticed = Event()
    seen: list[Any] = []

    def receive() -> None:
        seen.extend(received(rx, "recv"))

    threads = [
        Thread(target=letting_go, args=(way, [tx.clone()], lambda tx: None, noticed), name=f"leaving {number + 1}")
        for number in range(leaving)
    ]
    receiver = Thread(target=receive, name="receiver")
    receiver.start()
    for thread in threads:
        thread.start()
    time.sleep(1)  # by now they are gone
    assert receiver.is_alive(), "the receiver saw the end, though a sender lives (contract 48)"
    tx.send("still open")
    tx.drop()
    receiver.join()
    assert seen == ["still open"], f"received {seen}, not the message of the sender that was left (contract 48)"
    noticed.set()
    for thread in threads:
        thread.join()


def receiver_goes(plugin: ChannelUnderTest, capacity: int | None, way: str, senders: int, sending: str) -> None:
    """Senders that wait for room wake up with their message in a SendError (contract 18, 21, 49)."""
    tx, rx = made(plugin, capacity)
    noticed = Event()
    for message in range(capacity or 0):
        tx.send(message)
    woken: list[int] = []

    def send(number: int) -> None:
        value = f"message of {number}"
        began = time.monotonic()
        try:
            if sending == "send_timeout":
                tx.send_timeout(value, LONG)
            else:
                tx.send(value)
        except (SendError, SendTimeoutError.Disconnected) as error:
            _hands_back(error, value)
        else:
            raise AssertionError("a send returned, though nobody received (contract 18, 20)")
        assert time.monotonic() - began < LONG, "the send ended at its deadline, not with the receiver (contract 49)"
        woken.append(number)

    def wait(rx: Any) -> None:
        time.sleep(1)  # by now the senders are blocked

    held = [rx]
    del rx
    threads = [Thread(target=send, args=(number,), name=f"sender {number + 1}") for number in range(senders)]
    receiver = Thread(target=letting_go, args=(way, held, wait, noticed), name="receiver")
    for thread in (*threads, receiver):
        thread.start()
    for thread in threads:
        thread.join()
    assert len(woken) == senders
    noticed.set()
    receiver.join()


def _hands_back(error: ChannelError, value: object) -> None:
    assert error.value == value, f"the error holds {error.value!r}, not the message (contract 17, 22, 26)"


def nobody_receives(plugin: ChannelUnderTest, capacity: int | None, way: str, tries: bool) -> None:
    """Without a receiver a send raises at once, also if the channel was full (contract 17, 23, 54)."""
    tx, rx = made(plugin, capacity)
    noticed = Event()
    for message in range(capacity or 0):
        tx.send(message)
    held = [rx]
    del rx
    receiver = Thread(target=letting_go, args=(way, held, lambda rx: None, noticed), name="receiver")
    receiver.start()
    time.sleep(1)  # by now the receiver is gone
    for _ in range(2):
        try:
            tx.send("late")
        except SendError as error:
            _hands_back(error, "late")
        else:
            raise AssertionError("a send returned, though the receiver is gone (contract 17)")
        if tries:
            try:
                tx.try_send("late")
            except TrySendError.Disconnected as error:
                _hands_back(error, "late")
            else:
                raise AssertionError("a try_send returned, though the receiver is gone (contract 22)")
    noticed.set()
    receiver.join()


def timed_receive(plugin: ChannelUnderTest, capacity: int | None, way: str) -> None:
    """recv_timeout ends with the last sender, not at its deadline (contract 41)."""
    tx, rx = made(plugin, capacity)
    noticed = Event()
    held = [tx]
    del tx
    thread = Thread(target=letting_go, args=(way, held, lambda tx: time.sleep(1), noticed), name="sender")
    thread.start()
    began = time.monotonic()
    try:
        raise AssertionError(f"recv_timeout returned {rx.recv_timeout(LONG)!r}, and nobody sent")
    except RecvTimeoutError.Disconnected:
        pass
    assert time.monotonic() - began < LONG, "recv_timeout ended at its deadline, not with the sender (contract 41)"
    try:
        raise AssertionError(f"recv_timeout returned {rx.recv_timeout(0)!r}, and nobody sent")
    except RecvTimeoutError.Disconnected:  # not Timeout (contract 36)
        pass
    noticed.set()
    thread.join()


def twice(plugin: ChannelUnderTest, capacity: int | None) -> None:
    """A second drop of one handle is no drop of another one (contract 85)."""
    tx, rx = made(plugin, capacity)
    other = tx.clone()
    seen: list[Any] = []
    receiver = Thread(target=lambda: seen.extend(received(rx, "for")), name="receiver")
    receiver.start()
    dropper = Thread(target=lambda: (other.drop(), other.drop()), name="dropper")
    dropper.start()
    dropper.join()
    time.sleep(1)
    assert receiver.is_alive(), "one sender was dropped twice, and the channel closed under the other (contract 85)"
    tx.send("still open")
    tx.drop()
    tx.drop()
    receiver.join()
    assert seen == ["still open"], f"received {seen} (contract 48, 85)"
    rx.drop()
    rx.drop()


def after_drop(plugin: ChannelUnderTest, capacity: int | None, sends: list[str], receives: list[str]) -> None:
    """Whatever is done with a dropped handle raises DroppedError, and touches nothing (contract 85)."""
    tx, rx = made(plugin, capacity)
    living = made(plugin, capacity)

    def use() -> None:
        for handle, names in ((tx, sends), (rx, receives)):
            handle.drop()
            for name in names:
                try:
                    value = _use(handle, name)
                except DroppedError:
                    continue
                raise AssertionError(f"{name} of a dropped handle returned {value!r} (contract 85)")

    thread = Thread(target=use, name="user")
    thread.start()
    thread.join()
    del living


def _use(handle: Any, name: str) -> Any:
    if name == "with":
        with handle:
            return None
    if name == "for":
        return next(iter(handle))
    arguments = {"send": (1,), "try_send": (1,), "send_timeout": (1, 0.0), "recv_timeout": (0.0,)}
    return getattr(handle, name)(*arguments.get(name, ()))


def handed_on(plugin: ChannelUnderTest, capacity: int | None, hops: int) -> None:
    """Clones of clones, each made in another thread, while the ones before go (contract 27, 47)."""
    tx, rx = made(plugin, capacity)

    def hand_on(tx: Any, left: int) -> None:
        if left:
            Thread(target=hand_on, args=(tx.clone(), left - 1), name=f"hop {hops - left + 2}").start()
        tx.send(left)
        tx.drop()

    Thread(target=hand_on, args=(tx, hops), name="hop 1").start()
    messages = sorted(received(rx, "for"))
    assert messages == list(range(hops + 1)), f"closed after {messages} of {hops + 1} messages (contract 47)"
