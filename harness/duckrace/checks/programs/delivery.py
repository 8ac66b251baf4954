"""Producers and one consumer: who receives what, and in which order (contract 2, 10-12, 16, 17, 20)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from threading import Thread
from typing import TYPE_CHECKING, Any

from duckrace.channels import SendError, SendTimeoutError, TrySendError

from ._tools import Journal, clones, made, received

if TYPE_CHECKING:
    from duckrace.plugins import ChannelUnderTest


def fan_in(
    plugin: ChannelUnderTest,
    capacity: int | None,
    producers: int,
    messages: int,
    sending: str,
    receiving: str,
    closes: bool,
    cloned: bool,
) -> None:
    """Each producer sends its messages and drops its sender; the main thread receives until the channel is closed, or
    as many as there are if it cannot be closed."""
    tx, rx = made(plugin, capacity)
    journal = Journal(capacity)
    threads = [
        Thread(
            target=_produce,
            args=(sender, journal, number, messages, sending, closes and cloned),
            name=f"producer {number}",
        )
        for number, sender in enumerate(clones(tx, producers, cloned), start=1)
    ]
    for thread in threads:
        thread.start()
    if closes and cloned:
        tx.drop()
        journal.takes(received(rx, receiving))
    else:
        journal.takes(islice(received(rx, receiving), producers * messages))
    for thread in threads:
        thread.join()
    journal.check(everything=True)


def _produce(tx: Any, journal: Journal, number: int, messages: int, sending: str, closes: bool) -> None:
    for message in range(1, messages + 1):
        value = f"{number}.{message}"
        journal.calls(value)
        _send(tx, value, sending)
        journal.sent(value)
        if sending == "slow":
            time.sleep(1.5)
    if closes:
        tx.drop()


def _send(tx: Any, value: Any, sending: str) -> None:
    while True:
        try:
            if sending == "try_send":
                tx.try_send(value)
            elif sending == "send_timeout":
                tx.send_timeout(value, 1.0)
            else:
                tx.send(value)
            return
        except TrySendError.Full:
            time.sleep(0)
        except SendTimeoutError.Timeout:
            pass


def abandoned(
    plugin: ChannelUnderTest,
    capacity: int | None,
    producers: int,
    messages: int,
    taken: int,
    sending: str,
    cloned: bool,
) -> None:
    """The receiver takes some messages and is dropped while the producers still send."""
    tx, rx = made(plugin, capacity)
    journal = Journal(capacity)
    gone: list[int] = []
    threads = [
        Thread(
            target=_produce_until_refused,
            args=(sender, journal, number, messages, sending, gone),
            name=f"producer {number}",
        )
        for number, sender in enumerate(clones(tx, producers, cloned), start=1)
    ]
    for thread in threads:
        thread.start()
    journal.takes(islice(received(rx, "recv"), taken))
    rx.drop()
    gone.append(journal.now())
    for thread in threads:
        thread.join()
    journal.check(everything=False)
    assert len(journal.received) == taken
    late = [value for value in journal.returned if journal.called[value] > gone[0]]
    assert not late, f"the send of {late[0]} returned, though the receiver had been dropped before (contract 17)"


def _produce_until_refused(
    tx: Any, journal: Journal, number: int, messages: int, sending: str, gone: list[int]
) -> None:
    for value in _values(number, messages):
        journal.calls(value)
        try:
            _send(tx, value, sending)
        except (SendError, TrySendError.Disconnected, SendTimeoutError.Disconnected) as error:
            journal.refuses(value, error.value)
            return
        journal.returned[value] = journal.now()


def _values(number: int, messages: int) -> Iterator[str]:
    return (f"{number}.{message}" for message in range(1, messages + 1))
