"""``multiprocessing.Pipe`` as a channel: one end sends, the other one receives, and each can be closed.

A ``Connection`` is for one thread at a time, so there is one sender, and no clone. A pipe holds what the operating
system lets it hold (some thousand numbers on Linux); a send that finds it full waits. That is the only way in which it
is not unbounded. What it needs is a real file descriptor, so it cannot be simulated.
"""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Self

from duckrace.channels import RecvError, RecvTimeoutError, SendError, TryRecvError

from ._handles import dropped, limit, messages


class End:
    """One end of a pipe."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def drop(self) -> None:
        self.connection.close()

    def handed_over(self) -> None:
        """Another process has this end now, and only that one: or it would never be closed."""
        self.connection.close()

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(self, *exc: object) -> None:
        self.drop()

    def _open(self, unsent: Any = None) -> Connection:
        if self.connection.closed:
            raise dropped(type(self).__name__, unsent)
        return self.connection


class Sender(End):
    def send(self, value: Any) -> None:
        try:
            self._open(value).send(value)
        except BrokenPipeError:
            raise SendError(value) from None


class Receiver(End):
    def recv(self) -> Any:
        try:
            return self._open().recv()
        except EOFError:
            raise RecvError from None

    def try_recv(self) -> Any:
        if not self._open().poll():
            raise TryRecvError.Empty
        try:
            return self.connection.recv()
        except EOFError:
            raise TryRecvError.Disconnected from None

    def recv_timeout(self, timeout: float) -> Any:
        if not self._open().poll(limit(timeout)):
            raise RecvTimeoutError.Timeout
        try:
            return self.connection.recv()
        except EOFError:
            raise RecvTimeoutError.Disconnected from None

    def __iter__(self) -> Iterator[Any]:
        return messages(self)


class MultiprocessingPipe:
    name = "multiprocessing.Pipe"
    modules = ()
    capabilities = ("drop", "timeouts", "unbounded")
    simulated = False
    processes = "FIFO"

    def channel(self) -> tuple[Sender, Receiver]:
        receives, sends = get_context("spawn").Pipe(duplex=False)
        return Sender(sends), Receiver(receives)

    def sync_channel(self, bound: int, /) -> tuple[Sender, Receiver]:
        raise NotImplementedError(f"a pipe has no bound, and not {bound}")


channel = MultiprocessingPipe()
