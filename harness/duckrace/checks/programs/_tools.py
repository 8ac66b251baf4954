"""What the programs share: making channels, letting go of handles in every way, and writing down what happened."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from duckrace.channels import RecvError, RecvTimeoutError, TryRecvError

if TYPE_CHECKING:
    from duckrace.plugins import ChannelUnderTest


class Died(Exception):
    """What a thread dies of on purpose."""


def made(plugin: ChannelUnderTest, capacity: int | None) -> tuple[Any, Any]:
    """A channel: None is ``channel()``, n is ``sync_channel(n)``."""
    return plugin.channel() if capacity is None else plugin.sync_channel(capacity)


def clones(tx: Any, count: int, cloned: bool) -> list[Any]:
    """`count` handles to send with: clones, or the one sender for everybody (contract 6)."""
    return [tx.clone() if cloned else tx for _ in range(count)]


def received(rx: Any, way: str) -> Iterator[Any]:
    """The messages until the channel is closed, taken in one `way` or in all of them by turns."""
    if way == "for":
        yield from rx
        return
    turn = 0
    while True:
        kind = ("recv", "try_recv", "recv_timeout")[turn % 3] if way == "mixed" else way
        turn += 1
        try:
            if kind == "recv":
                value = rx.recv()
            elif kind == "try_recv":
                value = rx.try_recv()
            else:
                value = rx.recv_timeout(1.0)
        except (RecvError, TryRecvError.Disconnected, RecvTimeoutError.Disconnected):
            return
        except TryRecvError.Empty:
            time.sleep(0)
            continue
        except RecvTimeoutError.Timeout:
            continue
        yield value


class Journal:
    """Every send and every receive, in the order in which they were called and returned.

    Several threads write in it; each note is one step, since nothing in between can be a schedule point.
    """

    def __init__(self, capacity: int | None) -> None:
        self.capacity = capacity
        self.clock = 0
        self.called: dict[Any, int] = {}
        self.returned: dict[Any, int] = {}
        self.refused: dict[Any, int] = {}
        self.received: list[Any] = []
        self.receives = 0  # receives that were called

    def now(self) -> int:
        self.clock += 1
        return self.clock

    def calls(self, value: Any) -> None:
        self.called[value] = self.now()

    def sent(self, value: Any) -> None:
        """A send returned. Looks at the bound: no more than `capacity` sends ahead of the receives (contract 2)."""
        self.returned[value] = self.now()
        if self.capacity is not None:
            ahead = len(self.returned) - self.receives
            assert ahead <= self.capacity, (
                f"{len(self.returned)} sends returned while {self.receives} receives were called: "
                f"{ahead} messages are in a channel that holds {self.capacity} (contract 2, 20)"
            )

    def refuses(self, value: Any, handed_back: Any) -> None:
        """A send raised that the receiver is gone."""
        assert handed_back == value, f"the send of {value} raised an error with the value {handed_back} (contract 17)"
        self.refused[value] = self.now()

    def takes(self, values: Iterator[Any]) -> None:
        """Receive all of `values`."""
        self.receives += 1
        for value in values:
            self.received.append(value)
            self.receives += 1

    def check(self, everything: bool) -> None:
        """Contract 10, 11, 12; with `everything`, every send that returned must have been received."""
        seen: set[Any] = set()
        for value in self.received:
            assert value in self.called, f"{value} was received and never sent (contract 12)"
            assert value not in seen, f"{value} was received twice (contract 12)"
            assert value not in self.refused, f"{value} was received, though its send raised (contract 12, 16)"
            seen.add(value)
        if everything:
            lost = [value for value in self.returned if value not in seen]
            assert not lost, f"sent and never received: {_list(lost)} (contract 12, 30)"
        for position, later in enumerate(self.received):
            for earlier in self.received[position + 1 :]:
                assert self.returned.get(earlier, self.clock + 1) > self.called[later], (
                    f"{later} was received before {earlier}, though the send of {earlier} had returned "
                    f"before the send of {later} was called (contract 10, 11)"
                )


def _list(values: Sequence[Any]) -> str:
    return ", ".join(map(str, values))
