"""The reference channel with one mistake each: what `duckrace check` must reject, and in which row.

Every mutant overrides the one method that its mistake is made in. Which rows must reject which is in
`tests/unit/checks/test_mutants.py`.
"""

from __future__ import annotations

import math
import sys
import time
from typing import Any, ClassVar

from duckrace.channels import Receiver, Sender, SyncSender, sync_channel
from duckrace.channels._buffered import BufferedCore
from duckrace.channels._core import Core
from duckrace.channels._deadline import FOREVER, NOW
from duckrace.channels._refusal import CLOSED, EXPIRED, WAIT, Refusal
from duckrace.channels._rendezvous import RendezvousCore
from duckrace.plugins import reference


class LostNotify(Core[Any]):
    """The last sender's drop wakes nobody."""

    def _close(self, seat: Any) -> None:
        takers, self.takers = self.takers, type(self.takers)()
        super()._close(seat)
        self.takers = takers


class NotifyOne(Core[Any]):
    """The receiver's drop wakes one blocked sender, not all of them."""

    def _close(self, seat: Any) -> None:
        putters = self.putters
        if seat.role == "receiver":
            self.putters = type(putters)()
        super()._close(seat)
        self.putters = putters
        if seat.role == "receiver" and putters:
            putters.wake_first()


class SendersSleepOn(Core[Any]):
    """The receiver's drop wakes no sender at all."""

    def _close(self, seat: Any) -> None:
        putters = self.putters
        if seat.role == "receiver":
            self.putters = type(putters)()
        super()._close(seat)
        self.putters = putters


class CloneNotCounted(Core[Any]):
    """A clone is no sender more."""

    def admit(self, seat: Any, parent: Any = None) -> Any:
        refusal = super().admit(seat, parent)
        if parent is not None and refusal is None:
            self.senders -= 1
        return refusal


class DropCountedTwice(Core[Any]):
    """The second drop of a handle counts again."""

    def _close(self, seat: Any) -> None:
        seat.open = True
        self.seats[seat] = None
        super()._close(seat)


class TimesOutEarly(Core[Any]):
    """A receive gives up after half of its time."""

    def take(self, seat: Any, deadline: float) -> Any:
        return super().take(seat, deadline if deadline in (NOW, FOREVER) else deadline - 0.5)


class NewestFirst(BufferedCore[Any]):
    """The receiver takes from the wrong end."""

    def _try_take(self) -> Any:
        self.buffer.rotate(1)
        return super()._try_take()


class Overtaken(BufferedCore[Any]):
    """A message changes places with the one before it, but only while other senders wait for room."""

    def _try_put(self, value: Any) -> Any:
        refusal = super()._try_put(value)
        if refusal is None and self.putters and len(self.buffer) > 1:
            self.buffer[-1], self.buffer[-2] = self.buffer[-2], self.buffer[-1]
        return refusal


class Duplicate(BufferedCore[Any]):
    """A message that is received while a sender waits stays in the buffer."""

    def _try_take(self) -> Any:
        if self.putters and self.buffer:
            self.putters.wake_first()
            return self.buffer[0]
        return super()._try_take()


class Loss(BufferedCore[Any]):
    """A message sent by a sender that overtakes a blocked one is gone."""

    def _try_put(self, value: Any) -> Any:
        waiting = bool(self.putters)
        refusal = super()._try_put(value)
        if refusal is None and waiting:
            self.buffer.pop()
        return refusal


class ClosedHidesMessages(BufferedCore[Any]):
    """That there is no sender is looked at before the buffer."""

    def _try_take(self) -> Any:
        return super()._try_take() if self.senders else CLOSED


class OneTooMany(BufferedCore[Any]):
    """The bound is one more than was asked for."""

    def __init__(self, bound: float) -> None:
        super().__init__(bound + 1)


class DoesNotLookAgain(BufferedCore[Any]):
    """A woken sender takes for granted that there is room."""

    def _try_put(self, value: Any) -> Any:
        refusal = super()._try_put(value)
        if refusal is WAIT and any(waiter is value for waiter in vars(self).setdefault("waited", [])):
            self.buffer.append(value)
            return None
        if refusal is WAIT:
            vars(self).setdefault("waited", []).append(value)
        return refusal


class FullHidesClosed(BufferedCore[Any]):
    """The receiver's drop leaves the buffer, and a full buffer is looked at before the receiver."""

    def _close(self, seat: Any) -> None:
        buffer = list(self.buffer)
        super()._close(seat)
        if not self.receivers:
            self.dead.clear()
            self.buffer.extend(buffer)

    def put(self, seat: Any, value: Any, deadline: float) -> Any:
        if deadline == NOW and len(self.buffer) >= self.bound:
            return EXPIRED
        return super().put(seat, value, deadline)


class ReturnsEarly(RendezvousCore[Any]):
    """A rendezvous that has room for one message."""

    def _try_put(self, value: Any) -> Any:
        refusal = super()._try_put(value)
        if refusal is WAIT and not self.buffer:
            self.buffer.append(value)
            return None
        return refusal


class LeavesItsMessage(RendezvousCore[Any]):
    """A rendezvous send that timed out leaves its message behind."""

    def put(self, seat: Any, value: Any, deadline: float) -> Any:
        refusal = super().put(seat, value, deadline)
        if refusal is EXPIRED and deadline != NOW:
            self.buffer.append(value)
        return refusal


class LastComeFirstServed(RendezvousCore[Any]):
    """Blocked senders are paired in the wrong order."""

    def _try_take(self) -> Any:
        self.putters.rotate(1)
        return super()._try_take()


class RestartsItsTime(Core[Any]):
    """A send that is woken and finds no room waits for its whole time again."""

    def _queue_up(self, waiter: Any, deadline: float) -> Any:
        seconds = vars(self).setdefault("seconds", {})
        now = time.monotonic()
        if waiter in seconds and waiter.waiting:
            return EXPIRED  # nobody woke it
        vars(self)["until"] = now + seconds.setdefault(waiter, deadline - now)
        return super()._queue_up(waiter, FOREVER)

    def _sleep(self, waiter: Any, deadline: float) -> None:
        super()._sleep(waiter, vars(self)["until"])


class KeepsTheLast(BufferedCore[Any]):
    """The message that was received last stays referenced."""

    def _try_take(self) -> Any:
        vars(self)["last"] = value = super()._try_take()
        return value


class HoldsItsLock(Core[Any]):
    """Messages are destroyed inside of the lock: the receiver's drop waits for a destructor that waits for the lock."""

    def _close(self, seat: Any) -> None:
        super()._close(seat)
        self.dead.clear()


class FullTooSoon(BufferedCore[Any]):
    """A try_send on a channel of three leaves one place free."""

    def put(self, seat: Any, value: Any, deadline: float) -> Any:
        if self.bound == 3 and deadline == NOW and len(self.buffer) == 2:
            return EXPIRED
        return super().put(seat, value, deadline)


class SilentInTrouble(Core[Any]):
    """A sender that goes while an exception is on its way tells nobody who waits."""

    def _close(self, seat: Any) -> None:
        takers = self.takers
        if sys.exc_info()[0] is not None:
            self.takers = type(takers)()
        super()._close(seat)
        self.takers = takers


class TheSecondSleeps(BufferedCore[Any]):
    """The second channel of a program wakes no receiver that waits for a message."""

    made: ClassVar[int] = 0

    def __init__(self, bound: float) -> None:
        super().__init__(bound)
        type(self).made += 1
        self.number = type(self).made

    def _try_put(self, value: Any) -> Any:
        takers = self.takers
        if self.number == 2:
            self.takers = type(takers)()
        refusal = super()._try_put(value)
        self.takers = takers
        return refusal


class ReorderedInACrowd(BufferedCore[Any]):
    """A message changes places with the one before it if another send is under way. One that waits for room is not:
    what calls do one after another, however many of them wait, is right."""

    sending = 0

    def put(self, seat: Any, value: Any, deadline: float) -> Any:
        if len(self.buffer) >= self.bound:
            return super().put(seat, value, deadline)
        crowded = self.sending > 0
        self.sending += 1
        refusal = super().put(seat, value, deadline)
        self.sending -= 1
        if crowded and refusal is None and len(self.buffer) > 1:
            self.buffer[-1], self.buffer[-2] = self.buffer[-2], self.buffer[-1]
        return refusal


class ReorderedInALongCrowd(ReorderedInACrowd):
    """The same, from the fifth message on: a program of a few calls never comes there."""

    sent = 0

    def put(self, seat: Any, value: Any, deadline: float) -> Any:
        self.sent += 1
        return super().put(seat, value, deadline) if self.sent > 4 else BufferedCore.put(self, seat, value, deadline)


class EmptyInACrowd(BufferedCore[Any]):
    """A try_recv on an unbounded channel says Empty if a send is under way, whatever is in the buffer; but once only,
    so that who asks again gets everything."""

    sending = 0
    said = False

    def put(self, seat: Any, value: Any, deadline: float) -> Any:
        with self.lock:
            self.sending += 1
        refusal = super().put(seat, value, deadline)
        with self.lock:
            self.sending -= 1
        return refusal

    def take(self, seat: Any, deadline: float) -> Any:
        with self.lock:
            crowded = self.sending > 0 and self.bound == math.inf
        value = super().take(seat, deadline)
        if crowded and deadline == NOW and not self.said and not isinstance(value, Refusal):
            self.said = True
            with self.lock:
                self.buffer.appendleft(value)
            return EXPIRED
        return value


class SleepsOnInACrowd(BufferedCore[Any]):
    """A receive wakes no blocked sender if a handle is dropped at the same time. A later receive that finds nothing
    wakes all of them, so that who goes on receiving gets everything."""

    dropping = 0

    def drop(self, seat: Any) -> None:
        self.dropping += 1
        super().drop(seat)
        self.dropping -= 1

    def _try_take(self) -> Any:
        putters = self.putters
        if not self.buffer:
            putters.wake_all()
        elif self.dropping:
            self.putters = type(putters)()
        value = super()._try_take()
        self.putters = putters
        return value


class LooksTwice(Core[Any]):
    """A try_recv says Empty only when nobody else can do anything: nothing that it says is wrong, and it never says
    that a message is not there yet."""

    def take(self, seat: Any, deadline: float) -> Any:
        value = super().take(seat, deadline)
        if value is EXPIRED and deadline == NOW:
            time.sleep(1e-9)
            value = super().take(seat, deadline)
        return value


class SleepsOnWithALimit(Core[Any]):
    """The drop of a handle wakes no send on it whose time is limited: that ends when its time is up."""

    def put(self, seat: Any, value: Any, deadline: float) -> Any:
        if deadline not in (NOW, FOREVER):
            vars(self).setdefault("limited", []).append(value)
        return super().put(seat, value, deadline)

    def _close(self, seat: Any) -> None:
        putters = self.putters
        limited = vars(self).get("limited", ())
        self.putters = type(putters)(w for w in putters if w.seat is not seat or w.value not in limited)
        super()._close(seat)
        left = [waiter for waiter in putters if waiter.waiting]  # the others were woken
        putters.clear()
        putters.extend(left)
        self.putters = putters


class Mutant:
    """The plug-in: `mistakes` in front of the buffered core, of the rendezvous core, or of both."""

    modules = ("channels", "editing")
    capabilities = reference.capabilities

    def __init__(self, mistake: type[Any]) -> None:
        self.name = mistake.__name__
        self.buffered: Any = _with(mistake, BufferedCore)
        self.rendezvous: Any = _with(mistake, RendezvousCore)

    def channel(self) -> tuple[Any, Any]:
        core = self.buffered(math.inf)
        return Sender(core), Receiver(core)

    def sync_channel(self, bound: int, /) -> tuple[Any, Any]:
        if not isinstance(bound, int) or not 0 <= bound <= sys.maxsize:
            return sync_channel(bound)  # which refuses it
        core = self.buffered(bound) if bound else self.rendezvous()
        return SyncSender(core), Receiver(core)


def _with(mistake: type[Any], core: type[Any]) -> type[Any]:
    if issubclass(mistake, core):
        return mistake
    if mistake is Core:
        return core
    if issubclass(mistake, BufferedCore | RendezvousCore):
        return core
    return type(mistake.__name__, (mistake, core), {})


right = Mutant(Core)
lost_notify = Mutant(LostNotify)
notify_one = Mutant(NotifyOne)
senders_sleep_on = Mutant(SendersSleepOn)
clone_not_counted = Mutant(CloneNotCounted)
drop_counted_twice = Mutant(DropCountedTwice)
times_out_early = Mutant(TimesOutEarly)
newest_first = Mutant(NewestFirst)
overtaken = Mutant(Overtaken)
duplicate = Mutant(Duplicate)
loss = Mutant(Loss)
closed_hides_messages = Mutant(ClosedHidesMessages)
one_too_many = Mutant(OneTooMany)
does_not_look_again = Mutant(DoesNotLookAgain)
full_hides_closed = Mutant(FullHidesClosed)
returns_early = Mutant(ReturnsEarly)
leaves_its_message = Mutant(LeavesItsMessage)
last_come_first_served = Mutant(LastComeFirstServed)
restarts_its_time = Mutant(RestartsItsTime)
keeps_the_last = Mutant(KeepsTheLast)
holds_its_lock = Mutant(HoldsItsLock)
full_too_soon = Mutant(FullTooSoon)
silent_in_trouble = Mutant(SilentInTrouble)
the_second_sleeps = Mutant(TheSecondSleeps)
reordered_in_a_crowd = Mutant(ReorderedInACrowd)
reordered_in_a_long_crowd = Mutant(ReorderedInALongCrowd)
empty_in_a_crowd = Mutant(EmptyInACrowd)
sleeps_on_in_a_crowd = Mutant(SleepsOnInACrowd)
looks_twice = Mutant(LooksTwice)
sleeps_on_with_a_limit = Mutant(SleepsOnWithALimit)
