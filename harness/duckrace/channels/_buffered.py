"""Channels with a buffer: ``channel()`` and ``sync_channel(n)`` for n >= 1 (contract 1, 2, 10-13, 16-18, 29-32)."""

from __future__ import annotations

from typing import TypeVar

from ._core import Core
from ._refusal import WAIT, Refusal

T = TypeVar("T")


class BufferedCore(Core[T]):
    """A message passes through the buffer, always.

    A sender that was woken because there is room has no claim to it: a newcomer may be faster (contract 13).
    """

    def __init__(self, bound: float) -> None:
        super().__init__()
        self.bound = bound
        """Messages that fit; math.inf for as many as come."""

    def _try_put(self, value: T) -> Refusal | None:
        if len(self.buffer) >= self.bound:
            return WAIT
        if self.takers:
            self.takers.wake_first()
        self.buffer.append(value)
        return None

    def _try_take(self) -> T | Refusal:
        if not self.buffer:
            return WAIT
        if self.putters:
            self.putters.wake_first()
        value = self.buffer[0]
        del self.buffer[0]  # no call from here to the caller's variable: an interrupt cannot come between (88)
        return value

    def _rouse(self) -> None:
        if self.takers and self.buffer:
            self.takers.wake_first()
        if self.putters and len(self.buffer) < self.bound:
            self.putters.wake_first()
