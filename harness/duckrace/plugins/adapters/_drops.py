"""Handles that can be dropped, over a pipe that can be closed from either end: who is left is counted here."""

from __future__ import annotations

from threading import Lock
from typing import Any, Protocol, Self

from ._handles import Handle, Pipe, Receiver, Sender, dropped


class ClosablePipe(Pipe, Protocol):
    """A pipe of which each end can be closed, once."""

    def no_senders(self) -> None:
        """Nothing more is put; what is inside can still be got."""
        ...

    def no_receiver(self) -> None:
        """Nothing more is got: what is inside goes, and whoever puts is told."""
        ...


class Ends:
    """A pipe, and how many senders it has. The lock is held while they are counted, never while the pipe is used."""

    def __init__(self, pipe: ClosablePipe) -> None:
        self.pipe = pipe
        self.lock = Lock()
        self.senders = 0


class Droppable(Handle):
    def __init__(self, ends: Ends) -> None:
        super().__init__(ends.pipe)
        self._ends = ends
        self._dropped = False

    def _open(self, unsent: Any = None) -> Pipe:
        if self._dropped:
            raise dropped(type(self).__name__, unsent)
        return super()._open()

    def drop(self) -> None:
        with self._ends.lock:
            last = not self._dropped and self._leaves()
            self._dropped = True
        if last:
            self._closes()

    def _leaves(self) -> bool:
        """One handle less; is it the last one of its side?"""
        raise NotImplementedError

    def _closes(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(self, *exc: object) -> None:
        self.drop()


class CountedSender(Droppable, Sender):
    """A sender; the last one's drop closes the channel."""

    def __init__(self, ends: Ends) -> None:
        super().__init__(ends)
        with ends.lock:
            ends.senders += 1

    def clone(self) -> Self:
        self._open()
        return type(self)(self._ends)

    def _leaves(self) -> bool:
        self._ends.senders -= 1
        return not self._ends.senders

    def _closes(self) -> None:
        self._ends.pipe.no_senders()


class OneReceiver(Droppable, Receiver):
    """The receiver; its drop is told to the senders."""

    def _leaves(self) -> bool:
        return True

    def _closes(self) -> None:
        self._ends.pipe.no_receiver()


def pair(pipe: ClosablePipe) -> tuple[CountedSender, OneReceiver]:
    """Both ends of a new channel."""
    ends = Ends(pipe)
    return CountedSender(ends), OneReceiver(ends)
