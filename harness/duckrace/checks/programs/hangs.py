"""Programs that must end whatever the schedule, and programs that must hang (contract 18, 20, 29, 31, 47-49, 57).

One that must hang raises an AssertionError in the line that must not be reached.
"""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Any

from duckrace.channels import RecvError, SendError

from ._tools import clones, made, received

if TYPE_CHECKING:
    from duckrace.plugins import ChannelUnderTest


# -- must not hang --------------------------------------------------------------------------------------


def ping_pong(plugin: ChannelUnderTest, capacity: int | None, rounds: int) -> None:
    """Two threads, two channels: each waits for the other's word."""
    ping, pinged = made(plugin, capacity)
    pong, ponged = made(plugin, capacity)

    def answer() -> None:
        for _ in range(rounds):
            pong.send(pinged.recv() + 1)

    thread = Thread(target=answer, name="pong")
    thread.start()
    for number in range(rounds):
        ping.send(number)
        answered = ponged.recv()
        assert answered == number + 1, f"received {answered} for {number}"
    thread.join()


def pipeline(plugin: ChannelUnderTest, capacity: int | None, stages: int, messages: int) -> None:
    """A row of channels; each stage drops its sender when its receiver is through."""
    first, rx = made(plugin, capacity)
    threads = []

    def stage(rx: Any, tx: Any) -> None:
        for message in received(rx, "for"):
            tx.send(message + 1)
        tx.drop()

    for number in range(1, stages + 1):
        tx, following = made(plugin, capacity)
        threads.append(Thread(target=stage, args=(rx, tx), name=f"stage {number}"))
        rx = following
    tx = None

    def feed() -> None:
        for message in range(messages):
            first.send(message)
        first.drop()

    threads.append(Thread(target=feed, name="source"))
    for thread in threads:
        thread.start()
    messages_out = list(received(rx, "for"))
    assert messages_out == [message + stages for message in range(messages)], f"received {messages_out}"
    for thread in threads:
        thread.join()


def fan_in(plugin: ChannelUnderTest, capacity: int | None, producers: int, messages: int) -> None:
    """Many senders, each dropped by its own thread; one loop over the receiver."""
    tx, rx = made(plugin, capacity)

    def produce(tx: Any) -> None:
        for message in range(messages):
            tx.send(message)
        tx.drop()

    threads = [Thread(target=produce, args=(tx.clone(),), name=f"producer {n + 1}") for n in range(producers)]
    tx.drop()
    for thread in threads:
        thread.start()
    count = len(list(received(rx, "for")))
    assert count == producers * messages, f"the loop ended after {count} of {producers * messages} messages"
    for thread in threads:
        thread.join()


def counted(plugin: ChannelUnderTest, capacity: int | None, producers: int, messages: int, cloned: bool) -> None:
    """Many senders, and as many receives as there are messages: nothing is ever closed."""
    tx, rx = made(plugin, capacity)

    def produce(tx: Any) -> None:
        for message in range(messages):
            tx.send(message)

    threads = [
        Thread(target=produce, args=(sender,), name=f"producer {number + 1}")
        for number, sender in enumerate(clones(tx, producers, cloned))
    ]
    for thread in threads:
        thread.start()
    for _ in range(producers * messages):
        rx.recv()
    for thread in threads:
        thread.join()


def both_go(plugin: ChannelUnderTest, capacity: int | None, messages: int) -> None:
    """Both sides are dropped at about the same time, while the other one may be waiting."""
    tx, rx = made(plugin, capacity)

    def produce() -> None:
        try:
            for message in range(messages):
                tx.send(message)
        except SendError:
            pass
        tx.drop()

    def consume() -> None:
        try:
            for _ in range(2):
                rx.recv()
        except RecvError:
            pass
        rx.drop()

    threads = [Thread(target=produce, name="producer"), Thread(target=consume, name="consumer")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def senders_race(plugin: ChannelUnderTest, capacity: int | None, senders: int) -> None:
    """Several senders are dropped at once while the receiver waits: the last of them, whoever that is, wakes it."""
    tx, rx = made(plugin, capacity)
    threads = [
        Thread(target=clone.drop, name=f"dropper {number + 1}")
        for number, clone in enumerate(clones(tx, senders, True))
    ]
    for thread in threads:
        thread.start()
    tx.drop()
    try:
        raise AssertionError(f"received {rx.recv()!r}, and nobody sent")
    except RecvError:
        pass
    for thread in threads:
        thread.join()


def replies(plugin: ChannelUnderTest, capacity: int | None, clients: int) -> None:
    """Each request carries the sender of a channel of its own for the reply."""
    requests, inbox = made(plugin, capacity)

    def serve() -> None:
        for number, reply in received(inbox, "for"):
            reply.send(number * 10)

    def ask(requests: Any, number: int) -> None:
        reply, answer = made(plugin, 1 if capacity else capacity)
        requests.send((number, reply))
        answered = answer.recv()
        assert answered == number * 10, f"client {number} received {answered}"
        requests.drop()

    server = Thread(target=serve, name="server")
    threads = [Thread(target=ask, args=(requests.clone(), n), name=f"client {n + 1}") for n in range(clients)]
    requests.drop()
    for thread in (server, *threads):
        thread.start()
    for thread in (server, *threads):
        thread.join()


# -- must hang ------------------------------------------------------------------------------------------


def sender_in_scope(plugin: ChannelUnderTest, capacity: int | None, producers: int, cloned: bool) -> None:
    """The original sender lives in this function, so the loop has no end."""
    tx, rx = made(plugin, capacity)

    def produce(tx: Any, number: int) -> None:
        tx.send(number)

    for number, sender in enumerate(clones(tx, producers, cloned)):
        Thread(target=produce, args=(sender, number), name=f"producer {number + 1}").start()
    sender = None
    for _ in rx:
        pass
    raise AssertionError("the loop over the receiver ended, though the sender `tx` lives (contract 47)")


def sender_beside_recv(plugin: ChannelUnderTest, capacity: int | None) -> None:
    """A receive in a thread, a sender that nobody sends with in another one that waits for it."""
    tx, rx = made(plugin, capacity)
    thread = Thread(target=rx.recv, name="receiver")
    thread.start()
    thread.join()
    raise AssertionError(f"a receive ended, though nobody sent and a sender lives: {tx!r} (contract 29)")


def full(plugin: ChannelUnderTest, capacity: int) -> None:
    """One message more than fits, and the receiver is in the hands of the thread that sends."""
    tx, rx = made(plugin, capacity)
    for message in range(capacity + 1):
        tx.send(message)
    raise AssertionError(f"{capacity + 1} sends returned, and nobody received from {rx!r} (contract 2, 18, 20)")


def senders_in_a_circle(plugin: ChannelUnderTest, capacity: int) -> None:
    """Two threads fill each other's channel and wait for room in it."""
    one, from_one = made(plugin, capacity)
    two, from_two = made(plugin, capacity)

    def work(tx: Any, rx: Any) -> None:
        for message in range(capacity + 1):
            tx.send(message)
        rx.recv()

    threads = [
        Thread(target=work, args=(one, from_two), name="one"),
        Thread(target=work, args=(two, from_one), name="two"),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    raise AssertionError("both threads ended, though each waits for room that only the other makes (contract 18, 20)")


def receivers_in_a_circle(plugin: ChannelUnderTest, capacity: int | None) -> None:
    """Two threads wait for each other's first word."""
    one, from_one = made(plugin, capacity)
    two, from_two = made(plugin, capacity)

    def work(tx: Any, rx: Any) -> None:
        tx.send(rx.recv())

    threads = [
        Thread(target=work, args=(one, from_two), name="one"),
        Thread(target=work, args=(two, from_one), name="two"),
    ]
    del one, two, from_one, from_two
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    raise AssertionError("both threads ended, though nobody sent a first message (contract 29)")
