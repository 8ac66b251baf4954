"""Senders and receivers over a pipe: whatever can put and get with a time limit."""

from __future__ import annotations

from collections.abc import Iterator
from threading import TIMEOUT_MAX
from typing import Any, Protocol, Self

from duckrace.channels import (
    DroppedError,
    RecvError,
    RecvTimeoutError,
    SendError,
    SendTimeoutError,
    TryRecvError,
    TrySendError,
)


class Late(Exception):
    """No room, or no message, in time."""


class Closed(Exception):
    """The other side is gone."""


class Pipe(Protocol):
    """What an adapter writes. A timeout is in seconds, None for ever, 0 not at all."""

    def put(self, value: Any, timeout: float | None) -> None:
        """Raises Late, Closed."""
        ...

    def get(self, timeout: float | None) -> Any:
        """Raises Late, Closed."""
        ...


class Handle:
    """One end of a pipe."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe

    def _open(self, unsent: Any = None) -> Pipe:
        """The pipe, for a call. Raises DroppedError where handles can be dropped."""
        return self._pipe


class Sender(Handle):
    """A sending end. Every clone is as good as the first one."""

    def send(self, value: Any) -> None:
        try:
            self._open(value).put(value, None)
        except Closed:
            raise SendError(value) from None

    def try_send(self, value: Any) -> None:
        try:
            self._open(value).put(value, 0)
        except Late:
            raise TrySendError.Full(value) from None
        except Closed:
            raise TrySendError.Disconnected(value) from None

    def send_timeout(self, value: Any, timeout: float) -> None:
        try:
            self._open(value).put(value, limit(timeout))
        except Late:
            raise SendTimeoutError.Timeout(value) from None
        except Closed:
            raise SendTimeoutError.Disconnected(value) from None

    def clone(self) -> Self:
        return type(self)(self._open())


class Receiver(Handle):
    """The receiving end."""

    def recv(self) -> Any:
        try:
            return self._open().get(None)
        except Closed:
            raise RecvError from None

    def try_recv(self) -> Any:
        try:
            return self._open().get(0)
        except Late:
            raise TryRecvError.Empty from None
        except Closed:
            raise TryRecvError.Disconnected from None

    def recv_timeout(self, timeout: float) -> Any:
        try:
            return self._open().get(limit(timeout))
        except Late:
            raise RecvTimeoutError.Timeout from None
        except Closed:
            raise RecvTimeoutError.Disconnected from None

    def __iter__(self) -> Iterator[Any]:
        return messages(self)


def messages(receiver: Any) -> Iterator[Any]:
    """What a receiver's `recv` returns, until the channel is closed and drained."""
    while True:
        try:
            value = receiver.recv()
        except RecvError:
            return
        yield value
        del value  # or it would be kept alive while the next one is waited for


def limit(timeout: float) -> float | None:
    """Seconds as most libraries want them: not negative, and None for what no lock can wait (contract 94)."""
    return None if timeout > TIMEOUT_MAX else max(timeout, 0)


def dropped(kind: str, unsent: Any = None) -> DroppedError:
    """What a call on a dropped handle raises (contract 85)."""
    return DroppedError(f"this {kind} was dropped", unsent)
