"""Sleepers that nobody wakes, or too soon, or as the wrong one: mistakes that only a call that waits can show."""

from __future__ import annotations

from typing import Any

from channels import Mutant
from editing import edited

from duckrace.channels._buffered import BufferedCore
from duckrace.channels._core import Core


class SendWakesNobody(BufferedCore[Any]):
    """A send does not wake the receiver that waits for a message."""

    _try_put = edited(BufferedCore._try_put, ("self.takers.wake_first()", "pass"))


class ReceiveWakesNobody(BufferedCore[Any]):
    """A receive does not wake the senders that wait for room."""

    _try_take = edited(BufferedCore._try_take, ("self.putters.wake_first()", "pass"))


class WakesOnlyFromFull(BufferedCore[Any]):
    """A receive wakes a sender only if the buffer was full: of two that wait, the second one sleeps on."""

    _try_take = edited(
        BufferedCore._try_take, ("if self.putters:", "if self.putters and len(self.buffer) == self.bound:")
    )


class WakesOnlyWhenDrained(BufferedCore[Any]):
    """A receive wakes a sender only when it takes the last message."""

    _try_take = edited(BufferedCore._try_take, ("if self.putters:", "if self.putters and len(self.buffer) == 1:"))


class QueuesUpOnce(Core[Any]):
    """A call that was woken for nothing sleeps again without standing in the line."""

    _queue_up = edited(Core._queue_up, ("waiter.line.join(waiter)", "waiter.parks or waiter.line.join(waiter)"))


class WakesTwoAtMost(Core[Any]):
    """The receiver's drop wakes two senders, however many wait."""

    _close = edited(
        Core._close,
        ("self.putters.wake_all()", "[self.putters.wake_first() for _ in range(min(2, len(self.putters)))]"),
    )


class StaysInTheLine(BufferedCore[Any]):
    """A call that timed out still stands in the line, without its message: the next wake-up is for nobody."""

    _leave = edited(
        Core._leave,
        (
            "waiter.line.leave(waiter)",
            """if outcome is EXPIRED:
            waiter.value = None
        else:
            waiter.line.leave(waiter)""",
        ),
    )


class KeepsItsWakeUp(Core[Any]):
    """A sender whose handle is dropped after it was woken does not pass its wake-up on."""

    _leave = edited(
        Core._leave, ("if isinstance(outcome, Refusal):", "if isinstance(outcome, Refusal) and outcome is not DROPPED:")
    )


class WakesThenCloses(Core[Any]):
    """A sender's drop wakes the receiver first and counts itself out later: who looks in between sleeps again."""

    _close = edited(Core._close, ("self.takers.wake_all()", "pass"))

    def drop(self, seat: Any) -> None:
        if seat.role == "sender":
            with self.lock:
                self.takers.wake_all()
        super().drop(seat)


class WakesThenTakes(BufferedCore[Any]):
    """A receive wakes a sender first and takes the message later: who looks in between finds no room."""

    _try_take = edited(BufferedCore._try_take, ("self.putters.wake_first()", "pass"))
    take = edited(
        Core.take,
        (
            "while True:",
            """while True:
                with self.lock:
                    if self.putters and self.buffer:
                        self.putters.wake_first()""",
        ),
    )


class WakesThenSends(BufferedCore[Any]):
    """A send wakes the receiver first and leaves the message later: who looks in between finds nothing."""

    _try_put = edited(BufferedCore._try_put, ("self.takers.wake_first()", "pass"))
    put = edited(
        Core.put,
        (
            "while True:",
            """while True:
                with self.lock:
                    if self.takers:
                        self.takers.wake_first()""",
        ),
    )


class BeatenMeansClosed(BufferedCore[Any]):
    """A send that was woken and finds no room takes the receiver for gone: an ``if`` where a ``while`` has to be."""

    put = edited(
        Core.put,
        (
            "refusal = self._try_put(value)",
            """refusal = self._try_put(value)
                        if refusal is WAIT and waiter is not None and not waiter.waiting:
                            refusal = CLOSED""",
        ),
    )


class LateGivesUp(BufferedCore[Any]):
    """A send that was woken when its time is over says Timeout without a look, and passes its wake-up to nobody."""

    _leave = edited(
        Core._leave, ("if isinstance(outcome, Refusal):", "if isinstance(outcome, Refusal) and outcome is not EXPIRED:")
    )
    put = edited(
        Core.put,
        (
            "refusal = self._try_put(value)",
            """if waiter is not None and time.monotonic() >= deadline:
                            refusal = EXPIRED
                        else:
                            refusal = self._try_put(value)""",
        ),
    )


send_wakes_nobody = Mutant(SendWakesNobody)
receive_wakes_nobody = Mutant(ReceiveWakesNobody)
wakes_only_from_full = Mutant(WakesOnlyFromFull)
wakes_only_when_drained = Mutant(WakesOnlyWhenDrained)
queues_up_once = Mutant(QueuesUpOnce)
wakes_two_at_most = Mutant(WakesTwoAtMost)
stays_in_the_line = Mutant(StaysInTheLine)
keeps_its_wake_up = Mutant(KeepsItsWakeUp)
wakes_then_closes = Mutant(WakesThenCloses)
wakes_then_takes = Mutant(WakesThenTakes)
wakes_then_sends = Mutant(WakesThenSends)
beaten_means_closed = Mutant(BeatenMeansClosed)
late_gives_up = Mutant(LateGivesUp)
