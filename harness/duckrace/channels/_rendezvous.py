"""The channel without a buffer: ``sync_channel(0)`` (contract 3, 14, 20, 21, 24-26, 33).

A message passes from hand to hand, under the lock, and one side at least has been waiting for the other:
a sender finds a waiting receiver and puts the message into its hands, or a receiver finds a waiting sender and takes
what it offers. Both are served in the order in which they came. Two calls that do not wait never meet.
"""

from __future__ import annotations

from typing import TypeVar

from ._core import Core
from ._refusal import WAIT, Refusal
from ._waiting import Waiter

T = TypeVar("T")


class RendezvousCore(Core[T]):
    """Senders wait in ``putters`` with an offer, receivers in ``takers`` with empty hands; never both at once.

    The buffer holds only what was put into the hands of a receiver that an exception carried away before it could
    return: the sender has been told that its message arrived, so the next receive gets it first (contract 88).
    """

    def _try_put(self, value: T) -> Refusal | None:
        if not self.takers:
            return WAIT
        self._serve(value)
        return None

    def _try_take(self) -> T | Refusal:
        if self.buffer:
            value = self.buffer[0]
            del self.buffer[0]
            return value
        if not self.putters:
            return WAIT
        offer: Waiter[T] = self.putters[0]
        value = offer.message()
        self.putters.wake_first()
        offer.served = True
        return value

    def _rouse(self) -> None:
        if self.buffer and self.takers:
            self._serve(self.buffer[0])
            del self.buffer[0]

    def _serve(self, value: T) -> None:
        """Put the message into the hands of the receiver that waits longest."""
        taker = self.takers[0]
        self.takers.wake_first()
        taker.value = value
        taker.served = True
