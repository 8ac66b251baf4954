"""The core of a channel: one lock, the messages, who lives, who waits. Flavours add when a message may pass.

Design
1. One plain lock. A call that need not wait takes it once; nobody sleeps or runs foreign code while holding it.
2. A drop may come at any bytecode of any thread, also of the one that holds the lock (a finalizer, a signal handler).
   So it never waits: it tries the lock; if that fails, the drop is deferred and the holder applies it when its own
   operation is over (`settle`). To close the gap between the holder's last look and its release, the dropper tries once
   more. Whoever takes the lock first applies what is deferred: a drop that returned is seen by every later call.
   It is deferred only *after* a failed try, so that what the others see depends on nothing but the order of the
   operations on the lock.
3. A call that waits joins a line and sleeps outside the lock. Woken, it competes again: it may find the room taken.
   Wake-ups are passed on by `_rouse` when a woken call leaves without using its chance.
4. Wake first, then change (nobody can look before the lock is free). An interrupt between the two makes a wake-up
   spurious, never lost.
   What an interrupt can still break is `_submit` and `settle` themselves, between a try of the lock that succeeded and
   the statement after it: Python has no ``with`` for a lock that one only tries.
5. Messages are destroyed outside the lock: their finalizers may use this channel (contract 52).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from . import _exit
from ._deadline import FOREVER, NOW
from ._fork import current_era
from ._refusal import BUSY, CLOSED, DROPPED, EXPIRED, FORKED, WAIT, Refusal
from ._seat import Role, Seat
from ._waiting import Line, Waiter

T = TypeVar("T")


class Core(Generic[T]):
    """What all handles of one channel share. Every field but ``deferred`` and ``era`` is governed by ``lock``."""

    def __init__(self) -> None:
        self.era = current_era()
        self.lock = threading.Lock()
        self.deferred: deque[Callable[[], None]] = deque()
        """Changes that wait for the lock. Anyone appends; each is called once, in order, with the lock held."""
        self.buffer: deque[T] = deque()
        """Messages sent and not received, oldest first. Empty for ever once the receivers are gone."""
        self.dead: deque[T] = deque()
        """Messages that nobody can receive any more and that somebody has to destroy outside the lock."""
        self.senders = 0
        """Open seats of senders. At 0 it stays 0: only a living sender can be cloned."""
        self.receivers = 0
        self.seats: dict[Seat, None] = {}
        """The open seats, in the order in which they were opened (a set would have none)."""
        self.putters: Line[T] = Line()
        """Sends that wait for room (or for a receiver)."""
        self.takers: Line[T] = Line()
        """Receives that wait for a message: not empty only if the buffer is empty or one of them was just woken."""

    # --- rules: what a flavour adds. Called with the lock held; they never wait -------------------------------------

    def _try_put(self, value: T) -> Refusal | None:
        """Pass a message to the living receiver: None if done, or WAIT."""
        raise NotImplementedError

    def _try_take(self) -> T | Refusal:
        """The next message, or WAIT."""
        raise NotImplementedError

    def _rouse(self) -> None:
        """Wake a waiter that could go on now, if there is one: the wake-up that it was owed went elsewhere."""
        raise NotImplementedError

    # --- messages ----------------------------------------------------------------------------------------------------

    def put(self, seat: Seat, value: T, deadline: float) -> Refusal | None:
        """Send: None if the message was sent, or why not."""
        if self.era.over:
            return FORKED
        waiter: Waiter[T] | None = None
        try:
            while True:
                with self.lock:
                    if self.deferred:
                        self._apply_deferred()
                    refusal: Refusal | None
                    if waiter is not None and waiter.served:
                        refusal = None
                    elif not seat.open:
                        refusal = DROPPED
                    elif not self.receivers:
                        refusal = CLOSED
                    else:
                        refusal = self._try_put(value)
                    if refusal is WAIT:
                        if waiter is None:
                            if deadline == NOW:
                                return EXPIRED
                            waiter = Waiter(self.putters, seat, value)
                        refusal = self._queue_up(waiter, deadline)
                    if refusal is not WAIT:
                        if waiter is not None:
                            self._leave(waiter, refusal)
                        return refusal
                assert waiter is not None
                self._sleep(waiter, deadline)
        except BaseException:
            if waiter is not None:
                self._submit_withdrawal(waiter)
            raise
        finally:
            if self.deferred or self.dead:
                self.settle()

    def take(self, seat: Seat, deadline: float) -> T | Refusal:
        """Receive: the message, or why there is none.

        From the moment when a message is in ``value`` until the handle's method returns it, an interrupt puts it back:
        a call that raised has taken nothing (contract 88).
        """
        if self.era.over:
            return FORKED
        waiter: Waiter[T] | None = None
        value: T | Refusal = WAIT
        try:
            while True:
                with self.lock:
                    if self.deferred:
                        self._apply_deferred()
                    if waiter is not None and waiter.served:
                        value = waiter.message()
                    elif not seat.open:
                        value = DROPPED
                    elif seat.inside is not waiter:
                        value = BUSY
                    else:
                        value = self._try_take()
                        if value is WAIT and not self.senders:
                            value = CLOSED
                    if value is WAIT:
                        if waiter is None:
                            if deadline == NOW:
                                return EXPIRED
                            waiter = seat.inside = Waiter(self.takers, seat)
                        value = self._queue_up(waiter, deadline)
                    if value is not WAIT:
                        if waiter is not None:
                            self._leave(waiter, value)
                        return value
                assert waiter is not None
                self._sleep(waiter, deadline)
        except BaseException:
            self._submit_return(seat, waiter, value)
            raise
        finally:
            if self.deferred or self.dead:
                self.settle()

    # --- waiting -----------------------------------------------------------------------------------------------------

    def _queue_up(self, waiter: Waiter[T], deadline: float) -> Refusal:
        """Lock held, nothing to be had: join the line (WAIT), unless the call's time is over."""
        if waiter.closing:
            return CLOSED
        if deadline != FOREVER and time.monotonic() >= deadline:
            return EXPIRED
        waiter.line.join(waiter)
        return WAIT

    def _leave(self, waiter: Waiter[T], outcome: object) -> None:
        """Lock held: the call is over, with this outcome."""
        waiter.line.leave(waiter)
        if waiter.seat.inside is waiter:
            waiter.seat.inside = None
        if isinstance(outcome, Refusal):
            self._rouse()  # it may have been woken for something that it leaves to others

    def _sleep(self, waiter: Waiter[T], deadline: float) -> None:
        """Lock free, waiter in the line: sleep until woken or until the deadline."""
        if self.deferred or self.dead:
            self.settle()  # a drop that came while we held the lock may be what we wait for
        _exit.sleep(waiter, self, deadline)

    def nudge(self, waiter: Waiter[T]) -> None:
        """The interpreter exits: a sleeper shall look around, keeping its place in the line (contract 92)."""
        try:
            with self.lock:
                if waiter.waiting and waiter.gate.locked():
                    waiter.gate.release()
        finally:
            if self.deferred or self.dead:
                self.settle()

    def end_wait(self, waiter: Waiter[T], parks: int) -> None:
        """The interpreter exits and nobody else can wake this sleep: let the call end as closed (contract 92)."""
        try:
            with self.lock:
                if waiter.waiting and waiter.parks == parks:
                    waiter.closing = True
                    waiter.line.wake(waiter)
        finally:
            if self.deferred or self.dead:
                self.settle()

    # --- interrupts (contract 88) ------------------------------------------------------------------------------------

    def _submit_withdrawal(self, waiter: Waiter[T]) -> None:
        """An exception ends a waiting send: its offer is withdrawn, unless it was taken already."""

        def withdraw() -> None:
            waiter.line.leave(waiter)
            if not waiter.served:
                self._rouse()

        self._submit(withdraw)

    def _submit_return(self, seat: Seat, waiter: Waiter[T] | None, value: T | Refusal) -> None:
        """An exception ends a receive: what it held already goes back to the head of the buffer."""
        if waiter is None and isinstance(value, Refusal):
            return

        def give_back() -> None:
            message = value
            if waiter is not None:
                waiter.line.leave(waiter)
                if seat.inside is waiter:
                    seat.inside = None
                if waiter.served and isinstance(message, Refusal):
                    message = waiter.message()
            if not isinstance(message, Refusal):
                (self.buffer if self.receivers else self.dead).appendleft(message)
            self._rouse()

        self._submit(give_back)

    # --- handles -----------------------------------------------------------------------------------------------------

    def admit(self, seat: Seat, parent: Seat | None = None) -> Refusal | None:
        """Open the seat of a new handle; with a parent, only if that one is open."""
        if self.era.over:
            return FORKED
        try:
            with self.lock:
                if self.deferred:
                    self._apply_deferred()
                if parent is not None and not parent.open:
                    return DROPPED
                seat.open = True
                self.seats[seat] = None
                if seat.role == "sender":
                    self.senders += 1
                else:
                    self.receivers += 1
                return None
        finally:
            if self.deferred or self.dead:
                self.settle()

    def look(self, seat: Seat) -> Refusal | bool:
        """Whether the other side is gone, or why this handle may not ask."""
        if self.era.over:
            return FORKED
        try:
            with self.lock:
                if self.deferred:
                    self._apply_deferred()
                if not seat.open:
                    return DROPPED
                return not (self.receivers if seat.role == "sender" else self.senders)
        finally:
            if self.deferred or self.dead:
                self.settle()

    def drop(self, seat: Seat) -> None:
        """Close a seat. Never waits, may be called at any moment and any number of times (contract 85, 89)."""
        if self.era.over:
            return

        def close() -> None:
            self._close(seat)

        self._submit(close)
        seat.dropped = True

    def _close(self, seat: Seat) -> None:
        """Lock held: this handle is no more. The mark comes first, the messages are destroyed later (52)."""
        if not seat.open:
            return
        seat.open = False
        del self.seats[seat]
        if seat.role == "sender":
            self.senders -= 1
            self.putters.wake_seat(seat)
            if not self.senders:
                self.takers.wake_all()
        else:
            self.receivers -= 1
            self.takers.wake_seat(seat)
            if not self.receivers:
                self.putters.wake_all()
                self.dead, self.buffer = self.buffer, self.dead

    def handles(self) -> list[tuple[Role, Any]]:
        """The living handles, for diagnosis. Takes no lock: whoever holds it may be stuck, which is what one asks."""
        found: list[tuple[Role, Any]] = []
        for seat in list(self.seats):
            handle = seat.handle() if seat.handle is not None else None
            if handle is not None:
                found.append((seat.role, handle))
        return found

    # --- changes that may not wait for the lock ----------------------------------------------------------------------

    def _submit(self, change: Callable[[], None]) -> None:
        """Apply the change now, or leave it to whoever holds the lock (design, 2)."""
        if self.lock.acquire(blocking=False):
            try:
                if self.deferred:
                    self._apply_deferred()
                change()
            finally:
                self.lock.release()
        else:
            self.deferred.append(change)
        self.settle()

    def _apply_deferred(self) -> None:
        """Lock held: apply what was deferred, oldest first."""
        while self.deferred:
            self.deferred.popleft()()

    def settle(self) -> None:
        """Lock free: apply what was deferred and destroy the dead messages, oldest first, outside the lock.

        If somebody else has the lock by now, it is their turn. What a message's finalizer raises cannot leave
        this frame in Python; it goes to ``sys.unraisablehook``, and the remaining messages are destroyed all the same
        (where Rust leaks them, contract 53).
        """
        while (self.deferred or self.dead) and self.lock.acquire(blocking=False):
            try:
                self._apply_deferred()
                dead, self.dead = self.dead, deque()
            finally:
                self.lock.release()
            while dead:
                dead.popleft()
