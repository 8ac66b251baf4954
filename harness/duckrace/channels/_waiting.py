"""Calls that wait, and the lines they wait in.

Why not ``threading.Condition``: an interrupt that hits its ``wait`` while it takes the lock back leaves the caller
without the lock, and with no means to know. Here nobody waits inside the lock: a call joins a line, leaves the lock,
sleeps on its own gate, and then competes for the lock like everybody else (contract 88).
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar, cast

from ._deadline import FOREVER, seconds_until
from ._seat import Seat

T = TypeVar("T")


class Waiter(Generic[T]):
    """One call that waits. All fields but ``gate`` are governed by the lock of the channel."""

    __slots__ = ("closing", "gate", "line", "parks", "seat", "served", "thread", "value", "waiting")

    def __init__(self, line: Line[T], seat: Seat, value: T | None = None) -> None:
        self.gate = threading.Lock()
        """Locked while the call has to sleep."""
        self.gate.acquire()
        self.line = line
        self.seat = seat
        self.waiting = False
        """True exactly while in the line, that is, not yet woken."""
        self.value = value
        """Rendezvous: what a sender offers, or what was put into a receiver's hands."""
        self.served = False
        """Rendezvous: the message has changed hands; the call has succeeded, whatever happens now."""
        self.closing = False
        """The interpreter is exiting and nobody else can end this call."""
        self.thread = threading.get_ident()
        self.parks = 0
        """How often it went to sleep: two looks that see the same number saw the same sleep."""

    def message(self) -> T:
        """What a served receiver was given."""
        return cast("T", self.value)

    def park(self, deadline: float) -> bool:
        """Sleep until the gate opens (True) or until the deadline."""
        if deadline == FOREVER:
            return self.gate.acquire()
        return self.gate.acquire(timeout=seconds_until(deadline))


class Line(deque["Waiter[T]"]):
    """Calls that wait for one thing, in order of arrival. Every method is called with the channel's lock held.

    Python runs a signal handler only around calls and after jumps back: `_wake` cannot be cut between taking a waiter
    out of the line and opening its gate, so an interrupt loses no wake-up.
    """

    __slots__ = ()

    def join(self, waiter: Waiter[T]) -> None:
        """Add the call to the end, unless it still stands in the line."""
        if not waiter.waiting:
            waiter.waiting = True
            self.append(waiter)

    def leave(self, waiter: Waiter[T]) -> None:
        """Take the call out, if it still stands in the line."""
        if waiter.waiting:
            waiter.waiting = False
            self.remove(waiter)

    def wake_first(self) -> None:
        """Let the call that waits longest look again."""
        self._wake(0)

    def wake(self, waiter: Waiter[T]) -> None:
        """Let this call look again; nothing if it is awake already."""
        if waiter.waiting:
            self._wake(self.index(waiter))

    def wake_seat(self, seat: Seat) -> None:
        """Let the calls on one handle look again: it was dropped."""
        for waiter in [waiter for waiter in self if waiter.seat is seat]:
            self.wake(waiter)

    def wake_all(self) -> None:
        """Let everybody look again: the other side is gone."""
        while self:
            self.wake_first()

    def _wake(self, index: int) -> None:
        waiter = self[index]
        del self[index]
        waiter.waiting = False
        try:
            waiter.gate.release()
        except RuntimeError:  # it is open already: nudged at the exit, and now woken
            pass
