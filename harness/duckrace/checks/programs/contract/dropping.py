"""What happens when handles go (contract 47-58)."""

from __future__ import annotations

from threading import Thread
from typing import Any

from duckrace.channels import RecvError, SendError, TryRecvError

from ._calls import Begun, made, raises, rest
from ._case import BUFFERED, RENDEZVOUS, UNBOUNDED, case


class Died(Exception):
    """What a thread dies of on purpose."""


class Noted:
    """A message that writes down when it is destroyed."""

    def __init__(self, name: str, gone: list[str]) -> None:
        self.name = name
        self._gone = gone

    def __del__(self) -> None:
        self._gone.append(self.name)


class Sends:
    """A message that sends when it is destroyed."""

    def __init__(self, tx: Any, raised: list[BaseException]) -> None:
        self._tx = tx
        self._raised = raised

    def __del__(self) -> None:
        try:
            self._tx.send("from a destructor")
        except Exception as error:
            self._raised.append(error.with_traceback(None))


@case(47, 48, needs="clone drop")
def the_last_of_all(plugin: Any, capacity: int | None) -> None:
    """the channel closes when the last of three senders goes, and not before"""
    tx, rx = made(plugin, capacity)
    senders = [tx.clone(), tx, tx.clone()]
    receive = Begun(rx.recv)
    for sender in senders[:2]:
        sender.drop()
        assert receive.blocked, "recv ended, though a sender lives"
    senders[2].drop()
    receive.raised(RecvError)


@case(49, on=(1, 0), needs="clone drop")
def every_sender_wakes(plugin: Any, capacity: int) -> None:
    """three sends that wait are all told that the receiver goes"""
    tx, rx = made(plugin, capacity)
    for number in range(capacity):
        tx.send(number)
    waiting = [Begun(tx.clone().send, number) for number in range(3)]
    assert all(sent.blocked for sent in waiting)
    rx.drop()
    for number, sent in enumerate(waiting):
        assert sent.raised(SendError).value == number


@case(50, on=(UNBOUNDED, 3), needs="drop")
def destroyed_with_the_receiver(plugin: Any, capacity: int | None) -> None:
    """the receiver's drop destroys what it did not receive, oldest first"""
    tx, rx = made(plugin, capacity)
    gone: list[str] = []
    for name in "abc":
        tx.send(Noted(name, gone))
    assert gone == [], f"destroyed before the receiver went: {gone}"
    rx.drop()
    assert gone == ["a", "b", "c"], f"destroyed: {gone}"


@case(50, on=BUFFERED, needs="clone")
def nothing_is_kept(plugin: Any, capacity: int | None) -> None:
    """the channel keeps no reference to a message that was received"""
    tx, rx = made(plugin, capacity)
    gone: list[str] = []
    tx.send(Noted("a", gone))
    message = rx.recv()
    assert (message.name, gone) == ("a", [])
    del message
    assert gone == ["a"], "a received message that nobody holds is alive: the channel keeps a reference to it"


@case(50, on=(1, RENDEZVOUS), needs="refcount_drop")
def nothing_is_kept_of_a_wait(plugin: Any, capacity: int) -> None:
    """the channel keeps no reference to a message whose send had to wait"""
    tx, rx = made(plugin, capacity)
    gone: list[str] = []
    for number in range(capacity):
        tx.send(number)
    waiting = Begun(lambda: tx.send(Noted("a", gone)))
    assert [rx.recv() for _ in range(capacity)] == list(range(capacity))
    message = rx.recv()
    waiting.returned()
    assert (message.name, gone) == ("a", [])
    del message
    assert gone == ["a"], "a message that was received is alive, and nobody holds it: the channel keeps a reference"


@case(51, on=(UNBOUNDED, 2), needs="drop")
def kept_without_senders(plugin: Any, capacity: int | None) -> None:
    """the last sender's drop destroys nothing"""
    tx, rx = made(plugin, capacity)
    gone: list[str] = []
    tx.send(Noted("a", gone))
    tx.drop()
    assert gone == [], "the message was destroyed with the sender"
    assert rx.recv().name == "a"


@case(52, on=BUFFERED, needs="drop reentrant")
def a_destructor_sends(plugin: Any, capacity: int | None) -> None:
    """a message that sends on its own channel when it is destroyed is told that the receiver is gone"""
    tx, rx = made(plugin, capacity)
    raised: list[BaseException] = []
    tx.send(Sends(tx, raised))
    dropped = Begun(rx.drop)
    dropped.returned()
    assert [type(error) for error in raised] == [SendError], f"it raised {raised}"


@case(54, needs="drop", thread_exceptions="ignore")
def a_thread_dies(plugin: Any, capacity: int | None) -> None:
    """a thread that dies of an exception inside `with tx:` has dropped it"""
    tx, rx = made(plugin, capacity)
    Thread(target=_dies_with, args=(tx,), name="dies").start()
    rest()
    raises(RecvError, rx.recv)


@case(55, on=BUFFERED, needs="clone drop")
def a_sender_in_its_own_channel(plugin: Any, capacity: int | None) -> None:
    """a sender in the buffer of its channel keeps it open, until it is taken out and dropped"""
    tx, rx = made(plugin, capacity)
    tx.send(tx.clone())
    tx.drop()
    inner = rx.recv()
    raises(TryRecvError.Empty, rx.try_recv)
    inner.drop()
    raises(TryRecvError.Disconnected, rx.try_recv)


@case(56, needs="refcount_drop")
def the_receiver_is_let_go(plugin: Any, capacity: int | None) -> None:
    """a receiver that nobody holds is gone"""
    tx, rx = made(plugin, capacity)
    del rx
    raises(SendError, tx.send, 1)


@case(57, needs="drop")
def a_forgotten_sender(plugin: Any, capacity: int | None) -> None:
    """a sender that nobody drops keeps the receiver waiting"""
    tx, rx = made(plugin, capacity)
    receive = Begun(rx.recv)
    assert receive.blocked, "recv ended, though the sender lives"
    tx.drop()
    receive.raised(RecvError)


@case(58, on=BUFFERED)
def channels_through_channels(plugin: Any, capacity: int | None) -> None:
    """a receiver that was sent through a channel works as before"""
    outer_tx, outer_rx = made(plugin, capacity)
    tx, rx = made(plugin, capacity)
    outer_tx.send(rx)
    del rx
    moved = outer_rx.recv()
    tx.send("inside")
    assert moved.recv() == "inside"


def _dies_with(tx: Any) -> None:
    with tx:
        raise Died
