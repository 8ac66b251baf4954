"""A small channel that is right, and what one mistake at a time makes of it.

    duckrace check --channel examples/broken.py::sound
    duckrace check --channel examples/broken.py::lost_wakeup      # fails: a receiver that nobody wakes

`sound` is a deque and one `threading.Condition`. Each mistake overrides the one method that it is made in:

    lost_wakeup       the last sender's drop forgets to notify: a receiver that already waits is never told
    lost_message      after a wait, "no senders left" is looked at before the buffer: a message is lost
    early_close       the drop of any sender closes the channel, not the drop of the last one
    stolen_slot       a woken sender does not look again: the bound is exceeded
    newest_first      the receiver takes from the wrong end

These objects are also the shortest example of a plug-in: `name`, `channel()`, `sync_channel(bound)`, `modules` and
`capabilities`. What a plug-in does not claim is skipped; rendezvous, timeouts and the closing of handles that are lost
without `drop()` are not claimed here. Nor is a handle guarded against two threads that use it at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from threading import Condition
from types import TracebackType
from typing import Generic, TypeVar

from duckrace.channels import DroppedError, RecvError, SendError, TryRecvError, TrySendError

T = TypeVar("T")


class Channel(Generic[T]):
    """What the handles share. Everything below `changed` is read and written only with `changed` held."""

    def __init__(self, bound: int | None) -> None:
        self.bound = bound
        self.changed = Condition()
        self.buffer: deque[T] = deque()
        self.senders = 1
        self.receiver = True

    def is_full(self) -> bool:
        return self.bound is not None and len(self.buffer) >= self.bound

    def send(self, value: T) -> None:
        with self.changed:
            while self.receiver and self.is_full():
                self.changed.wait()
            self.append(value)

    def append(self, value: T) -> None:
        if not self.receiver:
            raise SendError(value)
        self.buffer.append(value)
        self.changed.notify_all()

    def try_send(self, value: T) -> None:
        with self.changed:
            if not self.receiver:
                raise TrySendError.Disconnected(value)
            if self.is_full():
                raise TrySendError.Full(value)
            self.append(value)

    def recv(self) -> T:
        with self.changed:
            while not self.buffer:
                if not self.senders:
                    raise RecvError
                self.changed.wait()
            return self.take()

    def try_recv(self) -> T:
        with self.changed:
            if self.buffer:
                return self.take()
            raise TryRecvError.Empty if self.senders else TryRecvError.Disconnected

    def take(self) -> T:
        value = self.buffer.popleft()
        self.changed.notify_all()
        return value

    def add_sender(self) -> None:
        with self.changed:
            self.senders += 1

    def drop_sender(self) -> None:
        with self.changed:
            self.senders -= 1
            if not self.senders:
                self.changed.notify_all()

    def drop_receiver(self) -> None:
        with self.changed:
            self.receiver = False
            self.buffer.clear()
            self.changed.notify_all()


class LostWakeup(Channel[T]):
    def drop_sender(self) -> None:
        with self.changed:
            self.senders -= 1


class LostMessage(Channel[T]):
    def recv(self) -> T:
        with self.changed:
            if not self.buffer and not self.senders:
                raise RecvError
            while not self.buffer:
                self.changed.wait()
                if not self.senders:
                    raise RecvError
            return self.take()


class EarlyClose(Channel[T]):
    def drop_sender(self) -> None:
        with self.changed:
            self.senders = 0
            self.changed.notify_all()


class StolenSlot(Channel[T]):
    def send(self, value: T) -> None:
        with self.changed:
            if self.receiver and self.is_full():
                self.changed.wait()
            self.append(value)


class NewestFirst(Channel[T]):
    def take(self) -> T:
        value = self.buffer.pop()
        self.changed.notify_all()
        return value


class Handle(Generic[T]):
    """One end of a channel, until it is dropped."""

    def __init__(self, channel: Channel[T]) -> None:
        self._channel: Channel[T] | None = channel

    def _use(self, unsent: object = None) -> Channel[T]:
        if self._channel is None:
            raise DroppedError("this handle was dropped; it can no longer be used", unsent)
        return self._channel

    def _release(self, channel: Channel[T]) -> None:
        raise NotImplementedError

    def is_disconnected(self) -> bool:
        """Whether the other side is gone."""
        raise NotImplementedError

    def drop(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            self._release(channel)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.drop()


class Sender(Handle[T]):
    def _release(self, channel: Channel[T]) -> None:
        channel.drop_sender()

    def is_disconnected(self) -> bool:
        channel = self._use()
        with channel.changed:
            return not channel.receiver

    def __enter__(self) -> Sender[T]:
        self._use()
        return self

    def clone(self) -> Sender[T]:
        channel = self._use()
        channel.add_sender()
        return type(self)(channel)

    def send(self, value: T, /) -> None:
        self._use(value).send(value)


class SyncSender(Sender[T]):
    def try_send(self, value: T, /) -> None:
        self._use(value).try_send(value)


class Receiver(Handle[T]):
    def _release(self, channel: Channel[T]) -> None:
        channel.drop_receiver()

    def is_disconnected(self) -> bool:
        channel = self._use()
        with channel.changed:
            return not channel.senders

    def __enter__(self) -> Receiver[T]:
        self._use()
        return self

    def recv(self) -> T:
        return self._use().recv()

    def try_recv(self) -> T:
        return self._use().try_recv()

    def __iter__(self) -> Iterator[T]:
        while True:
            try:
                value = self.recv()
            except RecvError:
                return
            yield value

    iter = __iter__

    def try_iter(self) -> Iterator[T]:
        while True:
            try:
                value = self.try_recv()
            except TryRecvError:
                return
            yield value


class Plugin:
    """A channel to be checked: see `duckrace.plugins.ChannelUnderTest`."""

    modules: tuple[str, ...] = ()  # nothing but this file
    capabilities = frozenset({"unbounded", "bounded", "try_send", "clone", "drop"})

    def __init__(self, name: str, kind: type[Channel], sender: type[SyncSender] = SyncSender) -> None:
        self.name = name
        self._kind = kind
        self._sender = sender  # of bounded channels

    def channel(self) -> tuple[Sender, Receiver]:
        channel = self._kind(None)
        return Sender(channel), Receiver(channel)

    def sync_channel(self, bound: int) -> tuple[SyncSender, Receiver]:
        channel = self._kind(bound)
        return self._sender(channel), Receiver(channel)


sound = Plugin("sound", Channel)
lost_wakeup = Plugin("lost wake-up", LostWakeup)
lost_message = Plugin("lost message", LostMessage)
early_close = Plugin("early close", EarlyClose)
stolen_slot = Plugin("stolen slot", StolenSlot)
newest_first = Plugin("newest first", NewestFirst)
