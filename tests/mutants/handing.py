"""Messages that change hands while a call waits: twice, not at all, out of order, or after the call has given up."""

from __future__ import annotations

from typing import Any

from channels import Mutant
from editing import edited

from duckrace.channels._buffered import BufferedCore
from duckrace.channels._core import Core
from duckrace.channels._refusal import EXPIRED
from duckrace.channels._rendezvous import RendezvousCore


class HandsTwice(RendezvousCore[Any]):
    """A receiver that was given a message stands in the line until it wakes: a second one is put over the first."""

    _serve = edited(RendezvousCore._serve, ("self.takers.wake_first()", "taker.gate.locked() and taker.gate.release()"))


class OfferTakenTwice(RendezvousCore[Any]):
    """A sender whose message was taken stands in the line until it wakes: its message is taken again."""

    _try_take = edited(
        RendezvousCore._try_take, ("self.putters.wake_first()", "offer.gate.locked() and offer.gate.release()")
    )


class OffersAgain(RendezvousCore[Any]):
    """A sender whose message was taken is woken but not told so: it offers it again."""

    _try_take = edited(RendezvousCore._try_take, ("offer.served = True", "pass"))


class TakenAndTimedOut(RendezvousCore[Any]):
    """A send whose message was taken says Timeout if its time is over when it wakes."""

    put = edited(Core.put, ("waiter.served:", "waiter.served and time.monotonic() < deadline:"))


class GivenAndTimedOut(RendezvousCore[Any]):
    """A receive that was given a message says Timeout if its time is over when it wakes."""

    take = edited(Core.take, ("waiter.served:", "waiter.served and time.monotonic() < deadline:"))


class WithdrawnLate(RendezvousCore[Any]):
    """A send that timed out withdraws its message in a second section of the lock: in between it can be taken."""

    _leave = edited(
        Core._leave,
        (
            "waiter.line.leave(waiter)",
            """if outcome is not EXPIRED or waiter.line is self.takers:
            waiter.line.leave(waiter)""",
        ),
    )

    def put(self, seat: Any, value: Any, deadline: float) -> Any:
        refusal = super().put(seat, value, deadline)
        if refusal is EXPIRED:
            with self.lock:
                for waiter in [waiter for waiter in self.putters if waiter.seat is seat and waiter.value is value]:
                    self.putters.leave(waiter)
        return refusal


class WaitersGoFirst(BufferedCore[Any]):
    """The message of a send that waited for room is put before those that are in the buffer."""

    put = edited(
        Core.put,
        (
            "refusal = self._try_put(value)",
            """refusal = self._try_put(value)
                        if refusal is None and waiter is not None:
                            self.buffer.rotate(1)""",
        ),
    )


class MovedAndSentAgain(BufferedCore[Any]):
    """A receive moves the message of a sender that waits into the buffer, and the sender, woken, sends it again."""

    _try_take = edited(
        BufferedCore._try_take,
        (
            "self.putters.wake_first()",
            "self.buffer.append(self.putters[0].value)\n            self.putters.wake_first()",
        ),
    )


class ToldButNotMoved(BufferedCore[Any]):
    """A receive tells a sender that waits that its message is in the buffer, where nobody has put it."""

    _try_take = edited(
        BufferedCore._try_take,
        ("self.putters.wake_first()", "self.putters[0].served = True\n            self.putters.wake_first()"),
    )


class KeepsWhatWaited(Core[Any]):
    """The message of the last send that waited stays referenced once it is sent."""

    def _leave(self, waiter: Any, outcome: object) -> None:
        super()._leave(waiter, outcome)
        if outcome is None:
            vars(self)["last"] = waiter


hands_twice = Mutant(HandsTwice)
offer_taken_twice = Mutant(OfferTakenTwice)
offers_again = Mutant(OffersAgain)
taken_and_timed_out = Mutant(TakenAndTimedOut)
given_and_timed_out = Mutant(GivenAndTimedOut)
withdrawn_late = Mutant(WithdrawnLate)
waiters_go_first = Mutant(WaitersGoFirst)
moved_and_sent_again = Mutant(MovedAndSentAgain)
told_but_not_moved = Mutant(ToldButNotMoved)
keeps_what_waited = Mutant(KeepsWhatWaited)
