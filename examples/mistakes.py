"""The mistakes that the TLA+ specs of the channel's algorithm know, made in the channel itself.

    duckrace spec --only mutant/ --traces
    duckrace check --channel examples/mistakes.py::no_wake_up_on_send

`ChannelMutex.tla` is the algorithm of `duckrace.channels`, and has a constant `Bug`: the mistake that is switched on.
Here is the same slip in the Python code, one class each, with the rest of the reference as it stands.
`duckrace spec --traces` drives these channels through the calls of TLC's counterexamples (docs/formal.md).
"""

from __future__ import annotations

import math
import sys
from collections import deque
from collections.abc import Callable
from typing import Any

from duckrace.channels import Receiver, Sender, SyncSender, sync_channel
from duckrace.channels._buffered import BufferedCore
from duckrace.channels._core import Core
from duckrace.channels._refusal import CLOSED, EXPIRED, WAIT, Refusal
from duckrace.channels._rendezvous import RendezvousCore
from duckrace.plugins import reference


class NoWakeUpOnTheLastDrop(Core[Any]):
    """The last sender's drop wakes nobody."""

    def _close(self, seat: Any) -> None:
        if seat.role != "sender":
            super()._close(seat)
        elif seat.open:
            seat.open = False
            del self.seats[seat]
            self.senders -= 1
            self.putters.wake_seat(seat)


class NoWakeUpOnSend(BufferedCore[Any]):
    """A send wakes no receive."""

    def _try_put(self, value: Any) -> Refusal | None:
        if len(self.buffer) >= self.bound:
            return WAIT
        self.buffer.append(value)
        return None


class NoWakeUpOnReceive(BufferedCore[Any]):
    """A receive wakes no send."""

    def _try_take(self) -> Any:
        return self.buffer.popleft() if self.buffer else WAIT


class WakeOneOnTheReceiversDrop(Core[Any]):
    """The receiver's drop wakes one of the senders that wait."""

    def _close(self, seat: Any) -> None:
        if seat.role != "receiver":
            super()._close(seat)
        elif seat.open:
            seat.open = False
            del self.seats[seat]
            self.receivers -= 1
            self.takers.wake_seat(seat)
            if self.putters:
                self.putters.wake_first()
            self.dead, self.buffer = self.buffer, self.dead


class ForgetTheSleepersOnADroppedHandle(Core[Any]):
    """A drop does not wake the call on its own handle."""

    def _close(self, seat: Any) -> None:
        if not seat.open:
            return
        seat.open = False
        del self.seats[seat]
        if seat.role == "sender":
            self.senders -= 1
            if not self.senders:
                self.takers.wake_all()
        else:
            self.receivers -= 1
            self.putters.wake_all()
            self.dead, self.buffer = self.buffer, self.dead


class KeepTheWakeUp(BufferedCore[Any]):
    """A woken call that leaves does not pass its wake-up on."""

    def _rouse(self) -> None:
        pass


class NoSecondTry(Core[Any]):
    """A drop that was deferred does not look at the lock again: its holder may have looked just before."""

    def _submit(self, change: Callable[[], None]) -> None:
        if self.lock.acquire(blocking=False):
            try:
                self._apply_deferred()
                change()
            finally:
                self.lock.release()
            self.settle()
        else:
            self.deferred.append(change)


class NoLookAfterTheLock(Core[Any]):
    """Who had the lock does not look at what was deferred meanwhile; only a drop does."""

    def settle(self) -> None:
        pass

    def _submit(self, change: Callable[[], None]) -> None:
        super()._submit(change)
        super().settle()


class LeaveTheDeferredToOthers(Core[Any]):
    """Who takes the lock does not apply what was deferred before he looks."""

    def _apply_deferred(self) -> None:
        pass

    def settle(self) -> None:
        while (self.deferred or self.dead) and self.lock.acquire(blocking=False):
            try:
                super()._apply_deferred()
                dead, self.dead = self.dead, deque()
            finally:
                self.lock.release()
            dead.clear()


class LookForSendersFirst(BufferedCore[Any]):
    """A receive looks for senders before it looks for messages."""

    def _try_take(self) -> Any:
        return super()._try_take() if self.senders else CLOSED


class NoSecondLookAtTheRoom(BufferedCore[Any]):
    """A woken send takes the room for granted: `if` in place of `while`."""

    def __init__(self, bound: float) -> None:
        super().__init__(bound)
        self.waited: list[Any] = []  # the messages of sends that were in the line

    def _queue_up(self, waiter: Any, deadline: float) -> Refusal:
        self.waited.append(waiter.value)
        return super()._queue_up(waiter, deadline)

    def _try_put(self, value: Any) -> Refusal | None:
        if not any(value is other for other in self.waited):
            return super()._try_put(value)
        if self.takers:
            self.takers.wake_first()
        self.buffer.append(value)
        return None


class DoNotWaitForTheHandover(RendezvousCore[Any]):
    """A rendezvous returns when its offer stands in the line."""

    def _queue_up(self, waiter: Any, deadline: float) -> Any:
        refusal = super()._queue_up(waiter, deadline)
        return None if waiter.line is self.putters and refusal is WAIT else refusal

    def _leave(self, waiter: Any, outcome: object) -> None:
        if outcome is not None or waiter.served or waiter.line is not self.putters:
            super()._leave(waiter, outcome)


class StayInLineAfterATimeOut(RendezvousCore[Any]):
    """A send that timed out leaves its offer in the line."""

    def _leave(self, waiter: Any, outcome: object) -> None:
        if outcome is not EXPIRED or waiter.line is not self.putters:
            super()._leave(waiter, outcome)


class Mistaken:
    """The plug-in: the class with the mistake in front of the core that it is a mistake of, or of both."""

    modules: tuple[str, ...] = ()
    capabilities = reference.capabilities

    def __init__(self, mistake: type[Any]) -> None:
        self.name = mistake.__doc__.rstrip(".") if mistake.__doc__ else mistake.__name__
        self._buffered = _with(mistake, BufferedCore)
        self._rendezvous = _with(mistake, RendezvousCore)

    def channel(self) -> tuple[Any, Any]:
        core = self._buffered(math.inf)
        return Sender(core), Receiver(core)

    def sync_channel(self, bound: int, /) -> tuple[Any, Any]:
        if not isinstance(bound, int) or not 0 <= bound <= sys.maxsize:
            return sync_channel(bound)  # which refuses it
        core = self._buffered(bound) if bound else self._rendezvous()
        return SyncSender(core), Receiver(core)


def _with(mistake: type[Any], core: type[Any]) -> Any:
    if issubclass(mistake, core):
        return mistake
    if issubclass(mistake, BufferedCore | RendezvousCore):
        return core
    return type(mistake.__name__, (mistake, core), {})


no_wake_up_on_the_last_drop = Mistaken(NoWakeUpOnTheLastDrop)
no_wake_up_on_send = Mistaken(NoWakeUpOnSend)
no_wake_up_on_receive = Mistaken(NoWakeUpOnReceive)
wake_one_on_the_receivers_drop = Mistaken(WakeOneOnTheReceiversDrop)
forget_the_sleepers_on_a_dropped_handle = Mistaken(ForgetTheSleepersOnADroppedHandle)
keep_the_wake_up = Mistaken(KeepTheWakeUp)
no_second_try = Mistaken(NoSecondTry)
no_look_after_the_lock = Mistaken(NoLookAfterTheLock)
leave_the_deferred_to_others = Mistaken(LeaveTheDeferredToOthers)
look_for_senders_first = Mistaken(LookForSendersFirst)
no_second_look_at_the_room = Mistaken(NoSecondLookAtTheRoom)
do_not_wait_for_the_handover = Mistaken(DoNotWaitForTheHandover)
stay_in_line_after_a_time_out = Mistaken(StayInLineAfterATimeOut)
