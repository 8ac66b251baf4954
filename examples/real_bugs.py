"""Bugs that real channels had, on the small channel of broken.py: what a report of each looks like.

    duckrace check --channel examples/real_bugs.py::disconnected_too_soon

    disconnected_too_soon   crossfire-rs #70, nexus #737: `try_recv` says Disconnected with a message in the channel
    empty_too_soon          tokio #3350: `try_recv` says Empty although a send has returned
    full_and_empty          futures-rs #861: `try_send` says Full and `try_recv` says Empty, for ever

A fourth one is still there in the newest release of the package chan, which `duckrace check --channel chan` checks: a
`get` that times out while a `put` serves it dies of ValueError, and the message is lost (chan 0.3.1).
"""

from __future__ import annotations

from typing import Any, TypeVar

from broken import Channel, Plugin, SyncSender

from duckrace.channels import RecvError, SendError, TryRecvError, TrySendError

T = TypeVar("T")


class TwoLooks(Channel[T]):
    """`try_recv` looks for a message, then for senders; a send and the last drop may come in between."""

    def try_recv(self) -> T:
        with self.changed:
            if self.buffer:
                return self.take()
        with self.changed:
            raise TryRecvError.Empty if self.senders else TryRecvError.Disconnected


class Places(Channel[Any]):
    """A send takes the next place in the buffer, then fills it. A `try_recv` that finds the first place not filled yet
    says Empty, whatever is in the places behind it."""

    def send(self, value: Any) -> None:
        place: list[Any] = []
        with self.changed:
            while self.receiver and self.is_full():
                self.changed.wait()
            if not self.receiver:
                raise SendError(value)
            self.buffer.append(place)
        with self.changed:
            place.append(value)
            self.changed.notify_all()

    def append(self, value: Any) -> None:
        super().append([value])

    def recv(self) -> Any:
        with self.changed:
            while not self.is_filled():
                if not self.senders and not self.buffer:
                    raise RecvError
                self.changed.wait()
            return self.take()[0]

    def try_recv(self) -> Any:
        with self.changed:
            if self.is_filled():
                return self.take()[0]
            raise TryRecvError.Empty if self.senders or self.buffer else TryRecvError.Disconnected

    def is_filled(self) -> bool:
        return bool(self.buffer and self.buffer[0])


class Parked(Channel[T]):
    """A sender that fills the channel is parked, until a receive lets it go on: `recv` does so, and `try_recv` does
    not."""

    def __init__(self, bound: int | None) -> None:
        super().__init__(bound)
        self.parked: list[object] = []

    def recv(self) -> T:
        with self.changed:
            while not self.buffer:
                if not self.senders:
                    raise RecvError
                self.changed.wait()
            if self.parked:
                self.parked.pop(0)
            return self.take()


class ParkedSender(SyncSender[T]):
    def send(self, value: T, /) -> None:
        channel = self._use(value)
        with channel.changed:
            while channel.receiver and self._has_to_wait(channel):
                channel.changed.wait()
            self._append(channel, value)

    def try_send(self, value: T, /) -> None:
        channel = self._use(value)
        with channel.changed:
            if not channel.receiver:
                raise TrySendError.Disconnected(value)
            if self._has_to_wait(channel):
                raise TrySendError.Full(value)
            self._append(channel, value)

    def _has_to_wait(self, channel: Parked[T]) -> bool:
        return self in channel.parked or channel.is_full()

    def _append(self, channel: Parked[T], value: T) -> None:
        channel.append(value)
        if channel.is_full():
            channel.parked.append(self)


class RealBug(Plugin):
    modules = ("broken",)  # to be loaded anew, as this file is


disconnected_too_soon = RealBug("Disconnected too soon", TwoLooks)
empty_too_soon = RealBug("Empty too soon", Places)
full_and_empty = RealBug("Full and Empty", Parked, ParkedSender)
